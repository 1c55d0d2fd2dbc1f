"""A directory in memory that several processes share, and that fails on command.

It knows what a file system may do and a spool has to survive: a write that is cut short, a full disk, an error at any
operation, a process that dies before any of them or in the middle of a write, and a power loss, after which what was
not synced is there, or not, or zeros.
"""

import errno
import itertools
from dataclasses import dataclass, field

from warpmetrics_otel.deliver.spool.files import Entry


class Killed(BaseException):
    """The process is dead; nothing of what it wanted to do next happens."""


@dataclass(eq=False)
class File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    changed: float = 0.0
    locked_by: "Process | None" = None


@dataclass(eq=False)
class Process:
    """Who uses the disk."""

    alive: bool = True
    steps_left: int | None = None
    """Operations until it dies."""


class Storage:
    """What is on the disk, and what goes wrong with it."""

    def __init__(self):
        self.names: dict[str, File] = {}
        self.synced_names: dict[str, File] = {}
        self.clock = 1_000_000.0
        self.capacity = 10**9
        self.failing: set[str] = set()
        self.numbers = itertools.count(3)

    def bytes_of(self, ending: str) -> int:
        return sum(len(file.content) for name, file in self.names.items() if name.endswith(ending))

    def random_bytes(self, size: int) -> bytes:
        # Scattered, as random ones are, but the same when a failure is played again.
        return (next(self.numbers) * 0x9E3779B97F4A7C15 % 256**size).to_bytes(size, "big")

    def kill(self, process: Process) -> None:
        process.alive = False
        for file in {*self.names.values(), *self.synced_names.values()}:
            if file.locked_by is process:
                file.locked_by = None

    def lose_power(self, fate) -> None:
        """Go down and come up; `fate(what)` chooses among the possibilities it is given."""
        names = {}
        for name in sorted({*self.names, *self.synced_names}):
            now, then = self.names.get(name), self.synced_names.get(name)
            file = now if now is then else fate([now, then])
            if file is not None:
                names[name] = file
        for file in names.values():
            pairs = zip(file.synced, file.content, strict=False)
            kept = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            lost = len(file.content) - kept
            after = [bytes(file.content), file.synced]
            if lost:
                cut = kept + fate(list(range(lost)))
                after += [bytes(file.content[:cut]), bytes(file.content[:cut]) + bytes(len(file.content) - cut)]
            file.content = bytearray(fate(after))
            file.synced = bytes(file.content)
            file.locked_by = None
        self.names, self.synced_names = names, dict(names)


class ModelDisk:
    """One process's view of a directory of the storage."""

    def __init__(self, storage: Storage, process: Process, prefix: str = ""):
        self.storage, self.process, self.prefix = storage, process, prefix
        self.handles: dict[int, File] = {}

    def _step(self, operation: str) -> None:
        process = self.process
        if process.steps_left is not None and process.alive:
            if process.steps_left == 0:
                self.storage.kill(process)
            process.steps_left -= 1
        if not process.alive:
            raise Killed
        if operation in self.storage.failing:
            raise OSError(errno.EIO, f"injected: {operation}")

    def _named(self, name: str) -> File:
        try:
            return self.storage.names[self.prefix + name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, name) from None

    def _opened(self, file: File) -> int:
        handle = next(self.storage.numbers)
        self.handles[handle] = file
        return handle

    def _new(self, name: str) -> File:
        file = File(changed=self.storage.clock)
        self.storage.names[self.prefix + name] = file
        return file

    def _room(self, wanted: int) -> int:
        return min(wanted, max(self.storage.capacity - self.storage.bytes_of(""), 0))

    def create(self, name):
        self._step("create")
        if self.prefix + name in self.storage.names:
            raise FileExistsError(errno.EEXIST, name)
        return self._opened(self._new(name))

    def write(self, handle, content, offset, /):
        file = self.handles[handle]
        if self.process.steps_left == 0 and self.process.alive:
            # It dies half way.
            content = content[: len(content) // 2]
            file.content[offset : offset + len(content)] = content
        self._step("write")
        more = self._room(max(offset + len(content) - len(file.content), 0))
        content = content[: max(len(file.content) + more - offset, 0)]
        if not content:
            raise OSError(errno.ENOSPC, "full")
        if offset > len(file.content):
            file.content += bytes(offset - len(file.content))
        file.content[offset : offset + len(content)] = content
        file.changed = self.storage.clock
        return len(content)

    def sync(self, handle):
        self._step("sync")
        file = self.handles[handle]
        file.synced = bytes(file.content)

    def sync_names(self):
        self._step("sync_names")
        storage = self.storage
        others = {name: file for name, file in storage.synced_names.items() if not self._is_here(name)}
        storage.synced_names = others | {name: file for name, file in storage.names.items() if self._is_here(name)}

    def is_linked(self, handle):
        self._step("is_linked")
        return self.handles[handle] in self.storage.names.values()

    def close(self, handle):
        self._step("close")
        del self.handles[handle]

    def read(self, name, offset, size):
        self._step("read")
        return bytes(self._named(name).content[offset : offset + size])

    def store(self, name, content):
        self._step("store")
        file = self.storage.names.get(self.prefix + name) or self._new(name)
        if self._room(len(content)) < len(content):
            raise OSError(errno.ENOSPC, "full")
        file.content[: len(content)] = content

    def entries(self):
        self._step("entries")
        return [
            Entry(name.removeprefix(self.prefix), len(file.content), file.changed)
            for name, file in self.storage.names.items()
            if self._is_here(name)
        ]

    def remove(self, name):
        self._step("remove")
        self.storage.names.pop(self.prefix + name, None)

    def move(self, name, target):
        self._step("move")
        self.storage.names[target.prefix + name] = self.storage.names.pop(self.prefix + name)

    def lock(self, name):
        self._step("lock")
        file = self.storage.names.get(self.prefix + name) or self._new(name)
        if file.locked_by is not None:
            return None
        file.locked_by = self.process
        return self._opened(file)

    def unlock(self, name, handle):
        self._step("unlock")
        self.handles.pop(handle).locked_by = None

    def folder(self, name):
        return ModelDisk(self.storage, self.process, f"{self.prefix}{name}/")

    def _is_here(self, name: str) -> bool:
        return name.startswith(self.prefix) and "/" not in name.removeprefix(self.prefix)

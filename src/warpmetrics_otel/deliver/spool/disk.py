"""Directories and locks of a POSIX system.

Ownership is `lockf`: a lock of the process, which its death releases whatever children it has forked. Such a lock also
goes when the process closes any other descriptor of the file, so a file locked here is never opened again.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from warpmetrics_otel.deliver.spool.files import Entry, Files

if sys.platform == "win32":
    raise ImportError("the spool needs POSIX file locks, which Windows lacks: leave spool_dir unset")

import fcntl

_held: dict[tuple[str, int], object] = {}
"""Paths of locked files with the process that locked them: a forked child inherits the entries, but not the locks."""

_datasync = getattr(os, "fdatasync", os.fsync)


class Disk:
    """A directory, made if need be, closed to other users.

    Args:
        directory: where; `OSError` when it cannot be made.
    """

    write = staticmethod(os.pwrite)

    def __init__(self, directory: Path) -> None:
        self.directory = Path(os.path.realpath(directory))
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"Disk({str(self.directory)!r})"

    def create(self, name: str) -> int:
        """Make a new file and open it for writing. A directory that somebody removed is made again."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)

    def sync(self, handle: int) -> None:
        """Return when what was written is on the disk."""
        _datasync(handle)

    def sync_names(self) -> None:
        """Return when the directory is on the disk."""
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def is_linked(self, handle: int) -> bool:
        """Whether the open file still has a name."""
        return os.fstat(handle).st_nlink > 0

    def close(self, handle: int) -> None:
        """Close an open file."""
        os.close(handle)

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Read up to `size` bytes from an offset."""
        with self._path(name).open("rb", buffering=0) as file:
            file.seek(offset)
            parts = []
            while size and (part := file.read(size)):
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def store(self, name: str, content: bytes) -> None:
        """Write over the beginning of a file."""
        handle = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            os.pwrite(handle, content, 0)
        finally:
            os.close(handle)

    def entries(self) -> list[Entry]:
        """The files in the directory; none when somebody removed it."""
        found = []
        try:
            listing = list(os.scandir(self.directory))
        except FileNotFoundError:
            return []
        for item in listing:
            try:
                status = item.stat(follow_symlinks=False)
            except FileNotFoundError:
                # Another process has delivered it since the listing.
                continue
            if stat.S_ISREG(status.st_mode):
                found.append(Entry(item.name, status.st_size, status.st_mtime))
        return found

    def remove(self, name: str) -> None:
        """Remove a file."""
        self._path(name).unlink(missing_ok=True)

    def move(self, name: str, target: Files) -> None:
        """Move a file to another directory of the same file system."""
        if not isinstance(target, Disk):
            raise TypeError(f"a file of {self} can only be moved to another directory, not to {target!r}")
        self._path(name).rename(target.directory / name)

    def lock(self, name: str) -> int | None:
        """Lock a file for this process; None when it is locked."""
        key, claim = self._key(name), object()
        # One step, so that of two threads only one goes on.
        if _held.setdefault(key, claim) is not claim:
            return None
        handle = None
        try:
            handle = self._locked(self._path(name))
        finally:
            if handle is None:
                del _held[key]
        return handle

    def unlock(self, name: str, handle: int) -> None:
        """Release a lock of this process."""
        os.close(handle)
        _held.pop(self._key(name), None)

    def folder(self, name: str) -> Disk:
        """A directory in this one."""
        return Disk(self.directory / name)

    def _path(self, name: str) -> Path:
        return self.directory / name

    def _key(self, name: str) -> tuple[str, int]:
        return str(self._path(name)), os.getpid()

    def _locked(self, path: Path) -> int | None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        kept = False
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, its last holder may have removed it: such a lock keeps nobody out.
            kept = os.path.samestat(os.fstat(handle), path.stat())
        except (BlockingIOError, PermissionError, FileNotFoundError):
            return None
        finally:
            if not kept:
                os.close(handle)
        return handle if kept else None

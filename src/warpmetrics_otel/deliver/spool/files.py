"""What the spool asks of a file system, and no more: tests put one in its place that fails on command."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """A file in a directory."""

    name: str
    size: int
    """In bytes."""
    changed: float
    """When it was last written, in seconds of the system's clock; used to compare ages, never trusted to be right."""


class Files(Protocol):
    """One directory. Everything raises `OSError` as the system does, and names a file by its name in the directory."""

    def write(self, handle: int, content: bytes, offset: int, /) -> int:
        """Write bytes at an offset of an open file; returns how many were written."""
        ...

    def create(self, name: str) -> int:
        """Make a new file, readable by its owner only, and open it for writing; `FileExistsError` if there is one."""
        ...

    def sync(self, handle: int) -> None:
        """Return when what was written to the open file is on the disk."""
        ...

    def sync_names(self) -> None:
        """Return when the directory itself is on the disk."""
        ...

    def is_linked(self, handle: int) -> bool:
        """Whether the open file still has a name."""
        ...

    def close(self, handle: int) -> None:
        """Close an open file."""
        ...

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Read up to `size` bytes from an offset; fewer at the end."""
        ...

    def store(self, name: str, content: bytes) -> None:
        """Write over the beginning of a file, which is made if need be."""
        ...

    def entries(self) -> list[Entry]:
        """The files in the directory."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is fine."""
        ...

    def move(self, name: str, target: Files) -> None:
        """Move a file to another directory."""
        ...

    def lock(self, name: str) -> int | None:
        """Open a file, which is made if need be, and lock it for this process alone.

        Returns:
            The open file; None when the lock is held, be it by this process.
        """
        ...

    def unlock(self, name: str, handle: int) -> None:
        """Release a lock of this process; its death does so too."""
        ...

    def folder(self, name: str) -> Files:
        """A directory in the directory, which is made if need be."""
        ...


def write_whole(files: Files, handle: int, content: bytes, offset: int) -> None:
    """Write all the bytes, in as many writes as it takes; `OSError` when one of them fails."""
    written = 0
    while written < len(content):
        written += files.write(handle, content[written:], offset + written)

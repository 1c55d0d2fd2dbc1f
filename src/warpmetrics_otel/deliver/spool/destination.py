"""Which directory of a spool belongs to which destination, so that nothing is ever sent where it does not belong.

With a project id the directory is the project's, whatever the key: a rotated key goes on with it. Without one the key
says whose the data is, so that another key has another directory; `move` is for somebody who knows better.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from warpmetrics_otel.deliver.spool.disk import Disk
from warpmetrics_otel.deliver.spool.names import lock_name, owner_of, segment_of
from warpmetrics_otel.deliver.spool.owner import owners_in

_ABOUT = "destination.json"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the records of a directory are to be sent."""

    url: str
    """The API's address, without credentials."""
    project_id: str | None
    key: str | None
    """A fingerprint of the key, which does not give it away; None where the project id decides."""

    @property
    def folder(self) -> str:
        """The directory's name."""
        identity = json.dumps([self.url, self.project_id, self.key]).encode()
        return blake2b(identity, digest_size=8, person=b"spool folder").hexdigest()


def destination(url: str, project_id: str | None, key: str) -> Destination:
    """The destination that a transport with these settings has.

    Args:
        url: the API's address.
        project_id: what goes into ``X-Project-Id``, if anything.
        key: the API key in force; only a fingerprint of it is kept, and only without a project id.
    """
    parts = urlsplit(url)
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")
    fingerprint = None if project_id else blake2b(key.encode(), digest_size=8, person=b"spool key").hexdigest()
    return Destination(address, project_id or None, fingerprint)


def open_directory(spool_dir: Path, of: Destination) -> Disk:
    """The directory of a destination, which is made if need be and says whose it is.

    Raises:
        OSError: it cannot be made or written.
    """
    disk = Disk(spool_dir / of.folder)
    disk.store(_ABOUT, json.dumps(asdict(of)).encode())
    return disk


def directories(spool_dir: Path) -> list[tuple[Destination, Disk]]:
    """Every destination that has a directory, in no order that means anything.

    Raises:
        OSError: the spool cannot be read.
    """
    found = []
    for path in sorted(spool_dir.glob(f"*/{_ABOUT}")):
        try:
            about = json.loads(path.read_bytes())
            of = Destination(about["url"], about["project_id"], about["key"])
        except (ValueError, KeyError, TypeError):
            # Not ours, or damaged: no destination is guessed at.
            continue
        if of.folder == path.parent.name:
            found.append((of, Disk(path.parent)))
    return found


def move(source: Disk, target: Disk) -> int:
    """Move what dead processes left for one destination to another, whose next process delivers it.

    What a living process owns stays. What is in quarantine stays as well.

    Returns:
        How many segments were moved.

    Raises:
        OSError: something cannot be moved; a second try goes on from there.
    """
    moved = 0
    for owner in owners_in(source.entries()):
        lock = source.lock(lock_name(owner))
        if lock is None:
            continue
        try:
            # The progress before the segments it is about: without it they would all be sent again.
            names = [entry.name for entry in source.entries() if owner_of(entry.name) == owner]
            for name in sorted(names, key=lambda name: (segment_of(name) is not None, name)):
                if name != lock_name(owner):
                    source.move(name, target)
                    moved += segment_of(name) is not None
            source.remove(lock_name(owner))
        finally:
            source.unlock(lock_name(owner), lock)
    return moved

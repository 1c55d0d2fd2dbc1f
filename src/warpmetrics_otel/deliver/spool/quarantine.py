"""What the server refused for good: kept one file a record, until somebody retries or drops it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from warpmetrics_otel.deliver.spool.files import Entry, Files, write_whole
from warpmetrics_otel.deliver.spool.form import HEADER, LONGEST, parse, record, seed_of
from warpmetrics_otel.deliver.spool.names import Position, refused_name

_NAME = re.compile(r"[0-9a-f]{16}\.[0-9]{8,}\.[0-9]+\.refused")


@dataclass(frozen=True, slots=True)
class Refused:
    """A record in quarantine."""

    id: str
    reason: str
    """Why the server refused it, in a word."""
    payload: bytes
    refused_at: float
    """Seconds of the system's clock."""


class Quarantine:
    """A directory of refused records.

    Args:
        files: the directory.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    def put(self, position: Position, payload: bytes, reason: str) -> None:
        """Keep a record; a second time changes nothing. It is on the disk when this returns.

        Raises:
            OSError: it cannot be written.
        """
        name = refused_name(position)
        # What a process left here that died while it wrote is no record yet.
        self._files.remove(name)
        handle = self._files.create(name)
        try:
            content = HEADER + record(reason.encode() + b"\n" + payload, seed_of(name), len(HEADER))
            write_whole(self._files, handle, content, 0)
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        self._files.sync_names()

    def records(self) -> list[Refused]:
        """What is kept, oldest first. One that is damaged is left out.

        Raises:
            OSError: the directory cannot be read.
        """
        found = []
        for entry in sorted(self.entries(), key=lambda entry: (entry.changed, entry.name)):
            try:
                data = self._files.read(entry.name, len(HEADER), entry.size)
            except FileNotFoundError:
                # Retried or dropped since.
                continue
            for content, _ in parse(data, len(HEADER), seed_of(entry.name), 1, LONGEST).records:
                reason, _, payload = content.partition(b"\n")
                found.append(Refused(entry.name, reason.decode(errors="replace"), payload, entry.changed))
        return found

    def drop(self, refused_id: str) -> None:
        """Remove a record for good; one that is gone already is fine.

        Raises:
            ValueError: that is no id of a refused record.
            OSError: it cannot be removed.
        """
        if _NAME.fullmatch(refused_id) is None:
            raise ValueError(
                f"{refused_id!r} is no refused record: ids look like <16 hex digits>.<8 digits>.<digits>.refused"
            )
        self._files.remove(refused_id)

    def entries(self) -> list[Entry]:
        """The files of refused records."""
        return [entry for entry in self._files.entries() if _NAME.fullmatch(entry.name) is not None]

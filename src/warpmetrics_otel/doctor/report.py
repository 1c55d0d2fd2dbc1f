"""What an examination found, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    """What a finding asks of its reader."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""
    CHANGE = "change"
    """Something is to be changed; the finding says what."""
    UNKNOWN = "unknown"
    """It could not be found out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    """In a word: recording, spans, key, API, spool, …"""
    status: Status
    text: str
    remedy: str | None = None
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option that is not left at its default."""

    name: str
    value: str
    source: str
    """``configure()``, or the environment variable."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `examine` returns. The key is in none of it."""

    versions: Mapping[str, str]
    """Of Python and the packages that matter."""
    options: tuple[Option, ...]
    findings: tuple[Finding, ...]
    spool: tuple[Mapping[str, object], ...] = field(default=())
    """What waits on disk, by destination."""

    @property
    def status(self) -> Status:
        """`CHANGE` when anything is to be changed, else `UNKNOWN` when anything is, else `FINE`."""
        found = {finding.status for finding in self.findings}
        return next((status for status in (Status.CHANGE, Status.UNKNOWN) if status in found), Status.FINE)

    @property
    def exit_code(self) -> int:
        """For scripts: 0 when all is fine, 1 when something is to be changed, 2 when it cannot be told."""
        return {Status.FINE: 0, Status.CHANGE: 1, Status.UNKNOWN: 2}[self.status]

    def to_json(self) -> dict[str, object]:
        """Plain values, for programs."""
        return {
            "status": self.status.value,
            "versions": dict(self.versions),
            "options": [{"name": each.name, "value": each.value, "source": each.source} for each in self.options],
            "findings": [
                {"topic": each.topic, "status": each.status.value, "text": each.text, "remedy": each.remedy}
                for each in self.findings
            ],
            "spool": [dict(each) for each in self.spool],
        }

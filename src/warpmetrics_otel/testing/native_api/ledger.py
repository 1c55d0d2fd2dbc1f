"""What has arrived: the entities, how they hang together, and whether they came in an order that makes sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from warpmetrics_otel.testing.native_api.schema import KINDS, key_of
from warpmetrics_otel.testing.native_api.violation import Complaint

Row = dict[str, Any]


@dataclass
class _Entry:
    kind: str
    row: Row
    batch: int
    acknowledged: bool


class Ledger:
    """Keeps every entity once, in the order of arriving. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self.batches: list[dict[str, Any]] = []
        self.parents: dict[str, str] = {}
        """By child."""
        self._entries: dict[str, _Entry] = {}
        self._elsewhere: set[str] = set()

    def know(self, ids: Iterable[str]) -> None:
        """Take these ids for arrived: what refers to them is in order."""
        self._elsewhere.update(ids)

    def rows(self, kind: str) -> list[Row]:
        """The rows of one array's kind."""
        return [entry.row for entry in self._entries.values() if entry.kind == kind]

    def find(self, key: str) -> tuple[str, Row] | None:
        """The kind and the row of an id."""
        entry = self._entries.get(key)
        return None if entry is None else (entry.kind, entry.row)

    def take(self, batch: dict[str, Any], *, acknowledged: bool) -> list[Complaint]:
        """Take in a batch whose schema is right; returns which rules it breaks by coming now.

        Args:
            batch: the six arrays.
            acknowledged: whether its sender is told, so that it has no reason to send it again.
        """
        number = len(self.batches)
        self.batches.append(batch)
        found: list[Complaint] = []
        fresh: list[tuple[str, Row]] = []
        for kind in KINDS:
            for row in batch[kind]:
                key = key_of(kind, row)
                known = self._entries.get(key)
                if known is None:
                    self._entries[key] = _Entry(kind, row, number, acknowledged)
                    fresh.append((kind, row))
                    continue
                found += _again(known, row)
                known.acknowledged = known.acknowledged or acknowledged
        # Only now: the order within a batch does not matter.
        for kind, row in fresh:
            found += self._out_of_order(kind, row)
        return found

    def incomplete(self) -> list[str]:
        """What still waits for another row: links without one of their ends, groups and calls without a link."""
        ends = ((row["parentId"], row["childId"]) for row in self.rows("links"))
        missing = [
            f"{parent}>{child} lacks {end}" for parent, child in ends for end in (parent, child) if self._lacks(end)
        ]
        return missing + [
            f"{row['id']} has no link"
            for kind in ("groups", "calls")
            for row in self.rows(kind)
            if row["id"] not in self.parents
        ]

    def _lacks(self, key: str) -> bool:
        return key not in self._entries and key not in self._elsewhere

    def _out_of_order(self, kind: str, row: Row) -> Iterator[Complaint]:
        if kind == "links":
            yield from self._misplaced_link(row["parentId"], row["childId"])
        reference = row.get("refId")
        if reference is not None and self._lacks(reference):
            yield Complaint("order", f"{row['id']} came before {reference}, to which it refers")

    def _misplaced_link(self, parent: str, child: str) -> Iterator[Complaint]:
        other = self.parents.setdefault(child, parent)
        if other != parent:
            yield Complaint("parent", f"{child} hangs on {other} and on {parent}")
        if self._lacks(parent):
            yield Complaint("order", f"{parent}>{child} came before {parent}")
            return
        above, below = self._entries.get(parent), self._entries.get(child)
        if above and below and above.batch > below.batch:
            yield Complaint("order", f"{child} came before its parent {parent}")


def _again(known: _Entry, row: Row) -> Iterator[Complaint]:
    key = key_of(known.kind, row)
    if known.acknowledged:
        yield Complaint("duplicate", f"{key} came twice")
    if row != known.row:
        yield Complaint("changed", f"{key} came again with other content")

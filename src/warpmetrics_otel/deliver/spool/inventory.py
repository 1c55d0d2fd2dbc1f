"""What is in a spool, seen from outside: nothing is locked, taken over or removed, so any process may look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warpmetrics_otel.deliver.spool.destination import Destination, directories
from warpmetrics_otel.deliver.spool.disk import Disk
from warpmetrics_otel.deliver.spool.owner import owners_in, segments_in
from warpmetrics_otel.deliver.spool.quarantine import Quarantine, Refused
from warpmetrics_otel.deliver.spool.spool import Spool


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there for one destination."""

    destination: Destination
    disk: Disk
    waiting: int
    """Records that are accepted and not acknowledged, those of living processes included."""
    refused: tuple[Refused, ...]
    """Records in quarantine, oldest first."""


def inventory(spool_dir: Path) -> list[Stock]:
    """What a spool holds, by destination.

    Raises:
        OSError: something cannot be read.
    """
    return [
        Stock(of, disk, _waiting(disk), tuple(Quarantine(disk.folder("quarantine")).records()))
        for of, disk in directories(spool_dir)
    ]


def retry(stock: Stock, refused: Iterable[Refused], max_bytes: int) -> int:
    """Let records in quarantine wait for delivery again; a process that uses the spool sends them.

    Args:
        stock: where they are.
        refused: some of its refused records.
        max_bytes: what the spool may take.

    Returns:
        How many were taken out of quarantine; fewer than given when the spool takes no more.

    Raises:
        OSError: one cannot be removed from quarantine, and is sent again all the same.
    """
    spool = Spool(stock.disk, max_bytes=max_bytes)
    try:
        taken = []
        for each in refused:
            if not spool.append(each.payload):
                break
            taken.append(each)
        # In quarantine until it is on the disk elsewhere.
        if not spool.sync():
            return 0
    finally:
        spool.close()
    for each in taken:
        spool.quarantine.drop(each.id)
    return len(taken)


def _waiting(disk: Disk) -> int:
    count = 0
    for owner in owners_in(disk.entries()):
        try:
            count += sum(seen.count for _, seen in segments_in(disk, owner) or ())
        except FileNotFoundError:
            # Its process delivers at this moment.
            continue
    return count

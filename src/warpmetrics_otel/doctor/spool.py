"""What waits on disk for the native API, and what the API refused for good."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warpmetrics_otel.deliver.spool.destination import Destination
from warpmetrics_otel.deliver.spool.inventory import Stock
from warpmetrics_otel.doctor.report import Finding, Status


def spool_findings(stocks: Sequence[Stock], directory: Path, here: Destination | None) -> Iterator[Finding]:
    """Look at a spool.

    Args:
        stocks: what is in it.
        directory: where it is; it need not exist.
        here: the destination of what is recorded now; None where that is not known.
    """
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        text = f"The spool {directory} cannot be written."
        yield Finding("spool", Status.CHANGE, text, "Name a folder that this user may write: WARPMETRICS_SPOOL_DIR.")
        return
    waiting = sum(stock.waiting for stock in stocks if here is None or stock.destination == here)
    yield Finding("spool", Status.FINE, f"{waiting} entities wait in {directory}.")
    for stock in stocks:
        folder, of = stock.disk.directory.name, stock.destination
        if here is not None and of != here and stock.waiting:
            yield Finding(
                "spool",
                Status.CHANGE,
                f"{stock.waiting} entities wait in {folder} for {of.url}, {_whose(of)}, where nothing goes now.",
                "Run a program with those settings once; or, if they are the same account's, "
                f"warpmetrics-otel spool move {folder} {here.folder}",
            )
        if stock.refused:
            yield Finding(
                "spool",
                Status.CHANGE,
                f"{len(stock.refused)} entities in {folder} were refused by the API for good.",
                "See them with: warpmetrics-otel spool list. Then retry or drop them.",
            )


def shown(stock: Stock) -> Mapping[str, object]:
    """A destination's part of a spool as plain values."""
    return {
        "folder": stock.disk.directory.name,
        "url": stock.destination.url,
        "project_id": stock.destination.project_id,
        "waiting": stock.waiting,
        "refused": len(stock.refused),
    }


def _whose(of: Destination) -> str:
    return f"project {of.project_id}" if of.project_id else "another key"

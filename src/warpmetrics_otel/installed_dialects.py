"""Users' own conventions that come with installed packages, for where no code of theirs runs: commands, zero code."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from warpmetrics_otel.translate.dialects import Dialect, registry

logger = logging.getLogger("warpmetrics_otel")

GROUP = "warpmetrics_otel_dialect"
"""The group of entry points; each names a `Dialect`."""


@cache
def find_dialects() -> None:
    """Have installed conventions read like those of `register_dialect`, after these; looks once a process.

    One that cannot be loaded is left out, and that is logged.
    """
    for entry in entry_points(group=GROUP):
        try:
            registry.install(_loaded(entry))
        except Exception as error:  # noqa: BLE001 -- importing somebody's module may raise anything
            logger.warning(
                "the dialect %s that is installed as %s cannot be used, so spans are read without it: %s: %s",
                entry.name,
                entry.value,
                type(error).__name__,
                error,
            )


def _loaded(entry: EntryPoint) -> Dialect:
    dialect = entry.load()
    if not isinstance(dialect, Dialect):
        raise TypeError(f"it is a {type(dialect).__name__}, where a Dialect is expected")
    return dialect

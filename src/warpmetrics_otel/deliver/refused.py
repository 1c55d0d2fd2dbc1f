"""What a refused record is about, for people who decide what becomes of it. Its content stays out of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from warpmetrics_otel.deliver.rows import unpacked

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class About:
    """An entity."""

    kind: str
    """The array it would be sent in: runs, groups, calls, links, outcomes or acts."""
    entity: str
    """Its id; a link's is ``parent id>child id``."""


def about(payload: bytes) -> About:
    """Say what a record of the spool is about; ``unknown`` where a newer version wrote it."""
    row = unpacked(payload, None)
    if row is None:
        return About(_UNKNOWN, _UNKNOWN)
    try:
        values = json.loads(row.text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return About(row.kind, _UNKNOWN)
    if "id" in values:
        return About(row.kind, str(values["id"]))
    return About(row.kind, f"{values.get('parentId')}>{values.get('childId')}")

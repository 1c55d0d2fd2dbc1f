"""The vendor's batches with real ids and times in the places of the numbered ones."""

import json
import re
from pathlib import Path

from warpmetrics_otel import ids

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "vendor_batches.json").read_text())
_FIELDS = ("startedAt", "endedAt", "timestamp")


def filled(name):
    """The batch of a program; the n-th moment in it is n seconds after 10 o'clock."""
    minted = {}
    seconds = 0

    def real(match):
        return minted.setdefault(match[0], ids.mint(match[1])[0])

    arrays = json.loads(re.sub(r"<([a-z]+)\d+>", real, json.dumps(GOLDEN[name])))
    for rows in arrays.values():
        for row in rows:
            for field in _FIELDS:
                if row.get(field) == "T":
                    row[field] = f"2026-02-01T10:{seconds // 60:02d}:{seconds % 60:02d}.000Z"
                    seconds += 1
            if row.get("duration") == "D":
                row["duration"] = 1000
    return arrays

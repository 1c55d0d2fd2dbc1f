"""The native model: runs, groups, calls, links, outcomes, acts, and batches of them, as the Warpmetrics API knows them.

What a row may hold is decided by whoever sent it, so values are kept exactly as they came, odd ones included, and a
key that was left out stays out. How entities become spans is `translate`'s business, how they are sent `deliver`'s.
"""

from warpmetrics_otel.entities.absent import ABSENT
from warpmetrics_otel.entities.batch import Batch
from warpmetrics_otel.entities.rows import KINDS, Act, Call, Entity, Group, Link, Outcome, Run, row_from
from warpmetrics_otel.entities.tap import Counts, Delivery, Fact, Tap, Told, Written

__all__ = [
    "ABSENT",
    "KINDS",
    "Act",
    "Batch",
    "Call",
    "Counts",
    "Delivery",
    "Entity",
    "Fact",
    "Group",
    "Link",
    "Outcome",
    "Run",
    "Tap",
    "Told",
    "Written",
    "row_from",
]

"""How it looks what outcomes count as: a sign, a colour and a word each, the same in trees, tables and pages."""

from __future__ import annotations

from typing import NamedTuple

from warpmetrics_otel.read.statistics.judge import FAILURE, NEUTRAL, SUCCESS, UNCLASSIFIED, UNDECIDED


class Look(NamedTuple):
    """The colour is one of rich's; pages have their own."""

    sign: str
    colour: str
    word: str


LOOKS = {
    SUCCESS: Look("✓", "green", "success"),
    FAILURE: Look("✗", "red", "failure"),
    NEUTRAL: Look("●", "blue", "neutral"),
    UNCLASSIFIED: Look("●", "yellow", "unclassified"),
    UNDECIDED: Look("○", "dim", "no outcome"),
}

"""Times on a line: where something begins and how long it is, in percent of the width there is.

Between an attempt and the next there may be days in which nothing happens. They would leave no room for what did, so
a long gap is drawn as a short one and told in words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from warpmetrics_otel.read.words import duration

_LONG_GAP = 0.15
_SHORT_GAP = 0.04
_LEAST_WIDTH = 0.3


class Bar(NamedTuple):
    """A stretch of the line in percent of it."""

    x: float
    width: float


class Gap(NamedTuple):
    """A gap that is drawn shorter than it is, in percent of the line."""

    x: float
    width: float
    words: str


class Timeline:
    """A line on which some intervals, in nanoseconds since the epoch, are drawn."""

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        busy = _merged(intervals)
        total = sum(end - start for start, end in busy) or 1
        self._times: list[int] = []
        self._places: list[float] = []
        self.gaps: list[Gap] = []
        place = 0.0
        short: list[tuple[float, float, int]] = []
        for number, (start, end) in enumerate(busy):
            if number:
                idle = start - busy[number - 1][1]
                drawn = min(float(idle), _SHORT_GAP * total) if idle > _LONG_GAP * total else float(idle)
                if drawn < idle:
                    short.append((place, drawn, idle))
                place += drawn
            length = end - start
            self._times += [start, end]
            self._places += [place, place + length]
            place += length
        self._scale = 100 / (place or 1)
        self.gaps = [Gap(at * self._scale, drawn * self._scale, duration(idle)) for at, drawn, idle in short]

    def bar(self, start_ns: int, end_ns: int) -> Bar:
        """Where an interval is drawn; never too short to be seen, never beyond the line."""
        x, end = self._place(start_ns), self._place(max(start_ns, end_ns))
        width = min(max(end - x, _LEAST_WIDTH), 100.0)
        return Bar(min(x, 100 - width), width)

    def _place(self, time_ns: int) -> float:
        if not self._times:
            return 0.0
        after = bisect_right(self._times, time_ns)
        if after == 0:
            return 0.0
        if after == len(self._times):
            return self._places[-1] * self._scale
        before = after - 1
        length = self._times[after] - self._times[before]
        share = (time_ns - self._times[before]) / length if length else 0.0
        return (self._places[before] + share * (self._places[after] - self._places[before])) * self._scale


def _merged(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Intervals that overlap made into one, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((start, max(start, end)) for start, end in intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged

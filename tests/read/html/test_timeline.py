"""Times on a line."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from warpmetrics_otel.read.html.timeline import Bar, Timeline

TIMES = st.integers(0, 2**63)
INTERVALS = st.lists(st.tuples(TIMES, TIMES), max_size=8)


def test_bars_are_as_long_as_what_they_show():
    line = Timeline([(1000, 1500), (1500, 2000)])

    assert line.bar(1000, 1500) == Bar(0, 50)
    assert line.bar(1500, 2000) == Bar(50, 50)
    assert line.bar(1100, 1200) == Bar(10, 10)
    assert line.gaps == []


def test_a_short_gap_is_drawn_as_it_is():
    line = Timeline([(0, 500), (600, 1000)])

    assert line.bar(600, 1000) == Bar(60, 40)
    assert line.gaps == []


def test_a_long_gap_is_drawn_short_and_told():
    second, day = 10**9, 86_400 * 10**9
    line = Timeline([(0, second), (day, day + second)])

    first, last = line.bar(0, second), line.bar(day, day + second)
    (gap,) = line.gaps
    assert abs(first.width - last.width) < 1e-9
    assert abs(first.width - 100 / 2.08) < 1e-9
    assert (round(gap.x, 6), round(gap.width, 6)) == (round(first.width, 6), round(8 / 2.08, 6))
    assert gap.words == "23 h 59 min"
    middle = line.bar(day // 2, day // 2)
    assert gap.x <= middle.x <= gap.x + gap.width


@given(intervals=INTERVALS, asked=st.tuples(TIMES, TIMES))
def test_every_bar_is_on_the_line(intervals, asked):
    line = Timeline(intervals)

    for start, end in [*intervals, asked]:
        bar = line.bar(start, end)
        assert 0 <= bar.x <= 100
        assert 0 < bar.width <= 100.001
        assert bar.x + bar.width <= 100.001


@example(intervals=[(0, 0), (1, 0), (2**50, 0)])
@given(intervals=INTERVALS)
def test_what_starts_later_is_never_drawn_before(intervals):
    line = Timeline(intervals)
    starts = sorted(start for start, _ in intervals)

    drawn = [line.bar(start, start).x for start in starts]

    assert all(before <= after + 1e-6 for before, after in pairwise(drawn))

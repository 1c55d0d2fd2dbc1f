from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.deliver.retry import Backoff

failures = st.integers(-3, 10_000)


@given(failures)
def test_waits_grow_up_to_the_longest(number):
    wait = Backoff(1.0, 60.0, 0.3).wait(number)
    planned = min(60.0, 2.0 ** (max(number, 1) - 1)) if number < 100 else 60.0
    assert planned * 0.7 <= wait <= planned * 1.3


@given(failures, st.floats(0, 86_400))
def test_what_the_server_asks_for_is_never_cut(number, asked):
    assert Backoff().wait(number, asked) >= asked


@given(failures, st.floats(1.0, 86_400))
def test_what_the_server_asks_for_is_not_drawn_out(number, asked):
    assert Backoff().wait(number, asked) <= asked * 1.1


@given(st.integers(1, 10_000), st.floats(-1e9, 0.0))
def test_a_server_that_asks_for_nothing_is_not_hammered(number, asked):
    assert Backoff().wait(number, asked) >= 0.7


def test_many_processes_do_not_come_back_at_once():
    assert len({Backoff().wait(3) for _ in range(50)}) > 40
    assert len({Backoff().wait(3, 10.0) for _ in range(50)}) > 40

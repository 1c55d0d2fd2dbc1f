"""What was said in calls waits beside the spans: for whom, until when, and how much of it."""

import os

import pytest

from warpmetrics_otel.beside import Beside
from warpmetrics_otel.entities import Call

CALL = Call("wm_call_1", messages=[{"role": "user", "content": "Hello"}], response="Hi")


@pytest.fixture
def beside():
    return Beside()


def test_for_nobody_nothing_is_kept(beside):
    beside.put(CALL)
    beside.open("a")
    assert beside.take(CALL.id) is None


def test_each_destination_gets_it_once(beside):
    beside.open("a")
    beside.open("b")
    beside.put(CALL)
    assert [beside.take(CALL.id) for _ in range(3)] == [CALL, CALL, None]


def test_two_readers_of_one_destination_are_one(beside):
    beside.open("a")
    beside.open("a")
    beside.put(CALL)
    assert [beside.take(CALL.id) for _ in range(2)] == [CALL, None]


def test_who_delivers_to_the_only_destination_keeps_nothing(beside):
    beside.open("a")
    beside.put(CALL, "a")
    assert beside.take(CALL.id) is None
    beside.open("b")
    beside.put(CALL, "a")
    assert [beside.take(CALL.id) for _ in range(2)] == [CALL, None]


def test_when_nobody_reads_any_more_nothing_is_kept(beside):
    beside.open("a")
    beside.put(CALL)
    beside.close("a")
    beside.open("a")
    assert beside.take(CALL.id) is None
    beside.close("a")
    assert not beside.readers


def test_beyond_its_bytes_the_oldest_go():
    beside = Beside(most_bytes=5_000)
    beside.open("a")
    calls = [Call(f"wm_call_{number}", response="x" * 1_000) for number in range(10)]
    for call in calls:
        beside.put(call)
    kept = [beside.take(call.id) is not None for call in calls]
    assert kept == [False] * 7 + [True] * 3


def test_one_that_is_larger_than_all_of_it_is_not_kept():
    beside = Beside(most_bytes=5_000)
    beside.open("a")
    beside.put(Call("wm_call_1", response="x" * 6_000))
    assert beside.take("wm_call_1") is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_have_its_parent_s(beside):
    beside.open("a")
    beside.put(CALL)
    child = os.fork()
    if not child:
        os._exit(0 if beside.take(CALL.id) is None and beside.readers["a"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert beside.take(CALL.id) == CALL

"""The queue in memory, held against a list of what it should hold."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.entities import Run
from warpmetrics_otel.translate.records import record_of

MOST = 5


class Queue(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.backlog = MemoryBacklog(MOST, 10**6)
        self.number = 0
        self.waiting = []
        self.under_way = []
        self.overtaken = set()
        self.delivered = 0
        self.lost = {"queue_full": 0, "invalid": 0, "refused": 0}

    @rule(many=st.integers(1, 8))
    def add(self, many):
        for _ in range(many):
            self.number += 1
            self.backlog.add([record_of(Run(f"wm_run_{self.number}", self.number))])
            self.waiting.append(self.number)
            if len(self.waiting) > MOST:
                gone = self.waiting.pop(0)
                self.lost["queue_full"] += 1
                self.overtaken.add(gone)

    @precondition(lambda self: not self.under_way)
    @rule(most=st.integers(1, 9))
    def send(self, most):
        rows = self.backlog.next(most, 10**6)
        assert [json.loads(row.text)["label"] for row in rows] == self.waiting[:most]
        self.under_way = rows

    def numbers(self):
        return [json.loads(row.text)["label"] for row in self.under_way]

    def has_gone(self, number):
        if number in self.waiting:
            self.waiting.remove(number)
        else:
            self.lost["queue_full"] -= 1

    @precondition(lambda self: self.under_way)
    @rule()
    def succeed(self):
        for number in self.numbers():
            self.has_gone(number)
        self.delivered += len(self.under_way)
        self.backlog.done(self.under_way)
        self.under_way = []

    @precondition(lambda self: self.under_way)
    @rule()
    def fail(self):
        self.under_way = []

    @precondition(lambda self: len(self.under_way) == 1)
    @rule()
    def refuse(self):
        self.has_gone(self.numbers()[0])
        self.lost["invalid"] += 1
        self.backlog.refused(self.under_way[0], "invalid")
        self.under_way = []

    @precondition(lambda self: not self.under_way)
    @rule()
    def refuse_all(self):
        self.lost["refused"] += len(self.waiting)
        self.waiting = []
        self.backlog.refuse_all("refused")

    @rule()
    def fork(self):
        self.backlog.start_afresh()
        self.waiting, self.under_way, self.number, self.delivered = [], [], 0, 0
        self.lost = dict.fromkeys(self.lost, 0)

    @invariant()
    def nothing_is_unaccounted_for(self):
        assert self.backlog.pending() == self.backlog.in_memory() == len(self.waiting)
        assert self.backlog.dropped() == {reason: number for reason, number in self.lost.items() if number}
        assert self.number == len(self.waiting) + self.delivered + sum(self.lost.values())


Queue.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestQueue = Queue.TestCase


def test_bytes_of_a_batch_are_bounded_but_for_one_row():
    backlog = MemoryBacklog(100, 10**6)
    for label in ("a" * 5000, "b" * 100, "c" * 100, "d" * 5000):
        backlog.add([record_of(Run("wm_run_x", label))])

    def labels(most_bytes):
        return [json.loads(row.text)["label"][0] for row in backlog.next(100, most_bytes)]

    assert labels(10) == ["a"]
    assert labels(5300) == ["a", "b"]
    assert labels(20_000) == ["a", "b", "c", "d"]

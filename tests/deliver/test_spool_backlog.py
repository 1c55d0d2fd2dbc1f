import errno
import os

import pytest

from tests.deliver.entities import run
from tests.deliver.spool.helpers import left_behind
from warpmetrics_otel.deliver.backlog import Backlog, MemoryBacklog
from warpmetrics_otel.deliver.spool import Disk, Spool
from warpmetrics_otel.deliver.spool_backlog import TEND_SECONDS, SpoolBacklog
from warpmetrics_otel.entities import Run
from warpmetrics_otel.translate.records import record_of


class Fillable(Disk):
    """A disk that can be full."""

    full = False

    def write(self, handle, content, offset, /):
        if self.full:
            raise OSError(errno.ENOSPC, "full")
        return os.pwrite(handle, content, offset)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def disk(tmp_path):
    return Fillable(tmp_path / "spool")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def backlog(disk, clock):
    made = SpoolBacklog(Spool(disk), MemoryBacklog(4, 10**6), sync_seconds=0.001, clock=clock)
    yield made
    made.close()


def labels(rows):
    return [row.text.split(b'"label":"')[1].split(b'"')[0].decode() for row in rows]


def add(backlog, *names):
    for name in names:
        backlog.add([record_of(Run(f"wm_run_{name}", name))])


def deliver_all(backlog):
    found = []
    while rows := backlog.next(3, 10**6):
        found += labels(rows)
        backlog.done(rows)
    return found


def test_it_is_a_backlog_whose_entries_outlive_the_process(backlog):
    typed: Backlog = backlog
    assert typed.durable


def test_rows_come_back_in_order_until_they_are_done(backlog):
    add(backlog, "a", "b", "c")
    rows = backlog.next(2, 10**6)
    assert [row.kind for row in rows] == ["runs", "runs"]
    assert labels(rows) == ["a", "b"]
    assert labels(backlog.next(9, 10**6)) == ["a", "b", "c"]
    backlog.done(rows)
    assert deliver_all(backlog) == ["c"]
    assert backlog.pending() == 0


def test_a_refused_row_is_kept_aside(backlog):
    add(backlog, "bad", "good")
    backlog.refused(backlog.next(1, 10**6)[0], "invalid")
    assert deliver_all(backlog) == ["good"]
    assert backlog.dropped() == {"quarantined": 1}
    (kept,) = backlog.spool.quarantine.records()
    assert (kept.reason, b'"bad"' in kept.payload) == ("invalid", True)


def test_a_record_of_an_unknown_kind_is_kept_aside(backlog):
    backlog.spool.append(b"?from a newer version")
    add(backlog, "a")
    backlog.spool.append(b"?another")
    add(backlog, "b")
    assert deliver_all(backlog) == ["a", "b"]
    assert [kept.reason for kept in backlog.spool.quarantine.records()] == ["unknown", "unknown"]


def test_while_the_disk_is_full_rows_wait_in_memory_and_keep_their_order(backlog, disk, clock):
    add(backlog, "a")
    disk.full = True
    add(backlog, "b")
    disk.full = False
    add(backlog, "c")
    assert (backlog.pending(), backlog.in_memory()) == (3, 2)
    assert deliver_all(backlog) == ["a", "b", "c"]
    add(backlog, "d")
    assert backlog.in_memory() == 0


def test_what_waited_in_memory_moves_to_the_spool_once_it_takes_some_again(backlog, disk, clock):
    add(backlog, "a")
    disk.full = True
    add(backlog, "b", "c")
    backlog.sync()
    assert backlog.in_memory() == 2
    disk.full = False
    clock.now += TEND_SECONDS
    backlog.sync()
    assert (backlog.in_memory(), backlog.pending()) == (0, 3)
    assert deliver_all(backlog) == ["a", "b", "c"]


def test_memory_is_bounded_and_what_is_refused_there_is_lost(backlog, disk):
    disk.full = True
    add(backlog, *"abcdef")
    assert backlog.dropped() == {"queue_full": 2}
    backlog.refused(backlog.next(1, 10**6)[0], "invalid")
    backlog.refuse_all("refused")
    assert backlog.dropped() == {"queue_full": 2, "invalid": 1, "refused": 3}
    assert backlog.pending() == 0


def test_it_looks_for_what_dead_processes_left_now_and_then(backlog, disk, clock):
    backlog.sync()
    left_behind(disk, b"a" + b'{"label":"orphan"}')
    backlog.sync()
    assert backlog.pending() == 0
    clock.now += TEND_SECONDS
    backlog.sync()
    assert backlog.pending() == 1
    assert deliver_all(backlog) == ["orphan"]


def test_what_is_left_when_it_closes_is_the_next_ones(backlog, disk, clock):
    add(backlog, "a")
    disk.full = True
    add(backlog, "b")
    disk.full = False
    backlog.close()
    other = SpoolBacklog(Spool(disk), MemoryBacklog(4, 10**6), clock=clock)
    other.sync()
    assert deliver_all(other) == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_waits_is_the_parents_and_a_forked_child_keeps_its_own(backlog, disk, clock):
    add(backlog, "parent")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            backlog.start_afresh()
            backlog.sync()
            add(backlog, "child")
            status = 0 if labels(backlog.next(9, 10**6)) == ["child"] else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    backlog.sync()
    assert deliver_all(backlog) == ["child", "parent"]


class Unreadable(Disk):
    """A disk that may fail to read, and counts how often it was asked to."""

    failing = False
    asked = 0

    def read(self, name, offset, size):
        if self.failing:
            self.asked += 1
            raise OSError(errno.EIO, "failing")
        return super().read(name, offset, size)


def test_rows_that_cannot_be_read_are_not_asked_for_all_the_time(api, pipeline, tmp_path):
    disk = Unreadable(tmp_path / "spool")
    pipe = pipeline(backlog=SpoolBacklog(Spool(disk), MemoryBacklog(4, 10**6)))
    disk.failing = True
    pipe.take([run()])
    assert pipe.flush(0.5).spooled == 1
    assert 1 <= disk.asked <= 5
    disk.failing = False
    assert pipe.flush(60).delivered == 1

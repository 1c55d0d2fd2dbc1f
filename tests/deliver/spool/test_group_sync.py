import os
import threading

import pytest

from tests.patience import PATIENCE_S
from warpmetrics_otel.deliver.spool.group_sync import GroupSync


@pytest.fixture
def synced():
    return threading.Semaphore(0)


@pytest.fixture
def group_sync(synced):
    made = GroupSync(synced.release, 0.001)
    yield made
    made.stop()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "warpmetrics-spool"]


def test_there_is_no_thread_before_the_first_append(group_sync):
    assert threads() == []


def test_every_append_is_followed_by_a_sync(group_sync, synced):
    for _ in range(20):
        group_sync.appended()
        assert synced.acquire(timeout=PATIENCE_S)


def test_appends_within_the_interval_share_a_sync(synced):
    group_sync = GroupSync(synced.release, 3600)
    for _ in range(100):
        group_sync.appended()
    assert len(threads()) == 1
    group_sync.stop()
    assert not synced.acquire(blocking=False)


def test_it_stops_and_starts_again(group_sync, synced):
    group_sync.appended()
    assert synced.acquire(timeout=PATIENCE_S)
    group_sync.stop()
    assert threads() == []
    group_sync.appended()
    assert synced.acquire(timeout=PATIENCE_S)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_a_thread_of_its_own(synced):
    group_sync = GroupSync(synced.release, 3600)
    group_sync.appended()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            group_sync.start_afresh()
            if not threads():
                group_sync.appended()
                status = len(threads()) - 1
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    group_sync.stop()

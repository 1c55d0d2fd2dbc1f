"""The spool under real processes: killed, forked, side by side, and with a disk that is really full."""

import os
import random
import signal
import time

import pytest

from tests.deliver.spool.helpers import deliver_all, files_in, left_behind, payloads, start
from warpmetrics_otel.deliver.spool import Spool

APPENDS_UNTIL_KILLED = """
spool = Spool(Disk(directory), max_bytes=10**7)
number = 0
while True:
    spool.append(b"%d " % number + b"x" * (number * 7919 % 900))
    # Only after it has returned: what the parent has read of these was accepted.
    os.write(1, b"%d\\n" % number)
    number += 1
"""

HOLDS = """
spool = Spool(Disk(directory))
spool.append(sys.argv[2].encode())
say("ready")
sys.stdin.read()
"""

FORKS = """
spool = Spool(Disk(directory))
spool.append(b"parent 1")
heard, tell = os.pipe()
if (child := os.fork()) == 0:
    spool.start_afresh()
    assert spool.pending() == 0
    spool.tend()
    assert spool.pending() == 0, "took over what a living parent owns"
    assert spool.append(b"child 1")
    say("appended")
    os.write(tell, b"x")
    sys.stdin.read(1)
    os._exit(0)
os.read(heard, 1)
os.wait() if sys.argv[2] == "child first" else None
spool.append(b"parent 2")
assert [record.payload for record in spool.read(9, 999)] == [b"parent 1", b"parent 2"]
say("parent is done")
if sys.argv[2] == "parent first":
    os.kill(os.getpid(), signal.SIGKILL)
"""

FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
spool = Spool(Disk(directory))
accepted = 0
while spool.append(b"%d " % accepted + b"x" * 300):
    accepted += 1
say(accepted, dict(spool.refused()))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def running():
    """Starts processes, and leaves none behind."""
    processes = []

    def begin(*arguments):
        processes.append(start(*arguments))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(process, line):
    assert process.stdout.readline() == f"{line}\n"


@pytest.mark.parametrize("seed", range(10))
def test_what_was_appended_before_a_kill_is_there_afterwards(disk, running, seed):
    process = running(APPENDS_UNTIL_KILLED, disk.directory)
    process.stdout.readline()
    # Any moment will do: what is asserted holds at all of them.
    time.sleep(random.Random(seed).uniform(0, 0.02))
    process.kill()
    said = process.stdout.read().split()
    spool = Spool(disk)
    spool.tend()
    found = [int(payload.split()[0]) for payload in deliver_all(spool)]
    accepted = int(said[-1]) + 1 if said else 1
    assert found == list(range(len(found)))
    assert len(found) in {accepted, accepted + 1}
    assert spool.dropped().keys() <= {"torn"}
    spool.close()
    assert files_in(disk) == []


def test_two_processes_share_a_directory_and_keep_to_their_own(disk, running):
    for name in ("a", "b"):
        wait_for(running(HOLDS, disk.directory, name), "ready")
    spool = Spool(disk)
    spool.append(b"mine")
    spool.tend()
    assert payloads(spool) == [b"mine"]


def test_what_a_process_left_is_taken_over_once_it_is_dead_and_comes_first(disk, running):
    process = running(HOLDS, disk.directory, "theirs")
    wait_for(process, "ready")
    spool = Spool(disk)
    spool.append(b"mine")
    spool.tend()
    assert payloads(spool) == [b"mine"]
    process.kill()
    process.wait()
    spool.tend()
    assert payloads(spool) == [b"theirs", b"mine"]
    assert spool.pending() == 2


def test_of_two_that_look_only_one_takes_over(disk):
    left_behind(disk, b"orphan")
    first, second = Spool(disk), Spool(disk)
    for spool in (first, second):
        spool.tend()
    assert (first.pending(), second.pending()) == (1, 0)
    first.close()
    second.tend()
    assert deliver_all(second) == [b"orphan"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("order", ["child first", "parent first"])
def test_a_forked_child_has_segments_of_its_own(disk, running, order):
    process = running(FORKS, disk.directory, order)
    wait_for(process, "appended")
    if order == "child first":
        process.stdin.write("x")
        process.stdin.flush()
        wait_for(process, "parent is done")
        process.wait()
        expected = {b"child 1", b"parent 1", b"parent 2"}
    else:
        wait_for(process, "parent is done")
        process.wait()
        # The child still holds the descriptors it inherited, which must not keep the parent's lock.
        expected = {b"parent 1", b"parent 2"}
    spool = Spool(disk)
    spool.tend()
    assert set(payloads(spool)) == expected


def test_a_full_disk_costs_nothing_that_was_accepted(disk, running):
    process = running(FULL, disk.directory)
    accepted, refused = process.stdout.readline().split(maxsplit=1)
    assert process.wait() == -signal.SIGKILL
    assert refused == "{'disk_full': 1}\n"
    spool = Spool(disk)
    spool.tend()
    assert len(deliver_all(spool)) == int(accepted) > 5
    assert spool.dropped().keys() <= {"torn"}

"""The spool against a disk and processes that fail in every way the model knows, in any order.

What holds whatever happens: nothing is read that nobody appended, each process's records are read in order, nothing
that was accepted and not acknowledged is missing, and where the directory is bounded what went is counted.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.deliver.spool.model_disk import Killed, ModelDisk, Process, Storage
from warpmetrics_otel.deliver.spool import Spool

AMPLE = 10**7
ACTIONS = ("append", "deliver", "refuse", "sync", "tend", "close")


class Running:
    """A process with its spool."""

    def __init__(self, storage, max_bytes):
        self.process = Process()
        self.closed = 0
        self.spool = Spool(
            ModelDisk(storage, self.process),
            max_bytes=max_bytes,
            segment_bytes=400,
            random_bytes=storage.random_bytes,
        )


class SpoolMachine(RuleBasedStateMachine):
    max_bytes = AMPLE

    def __init__(self):
        super().__init__()
        self.storage = Storage()
        self.running: list[Running] = []
        self.writers: dict[bytes, object] = {}
        self.waiting: list[bytes] = []
        """Accepted and neither acknowledged nor, for all we know, lost."""
        self.refusing: set[bytes] = set()
        """Set aside, or, if the process died in it, perhaps not yet."""
        self.synced: set[bytes] = set()
        self.done: set[bytes] = set()
        self.rough = False
        """Whether something has happened after which acknowledged records may be read again."""
        self.outages = 0
        self.accepted = 0

    # What processes do.

    @initialize()
    def first(self):
        self.running.append(Running(self.storage, self.max_bytes))

    @precondition(lambda self: len(self.running) < 3)
    @rule()
    def another_process(self):
        failing, self.storage.failing = self.storage.failing, set()
        self.running.append(Running(self.storage, self.max_bytes))
        self.storage.failing = failing

    @rule(which=st.integers(0, 2), size=st.sampled_from([0, 1, 30, 200]), times=st.integers(1, 6))
    def appends(self, which, size, times):
        for _ in range(times):
            self.append(self.pick(which), size)

    @rule(which=st.integers(0, 2), most=st.integers(1, 8), most_bytes=st.sampled_from([1, 100, 10_000]))
    def delivers(self, which, most, most_bytes):
        self.deliver(self.pick(which), most, most_bytes)

    @rule(which=st.integers(0, 2))
    def reads_and_fails_to_deliver(self, which):
        self.read(self.pick(which), 5, 1000)

    @rule(which=st.integers(0, 2))
    def is_refused(self, which):
        self.refuse(self.pick(which))

    @rule(which=st.integers(0, 2))
    def syncs(self, which):
        self.sync(self.pick(which))

    @rule(which=st.integers(0, 2))
    def tends(self, which):
        self.pick(which).spool.tend()

    @rule(which=st.integers(0, 2))
    def closes(self, which):
        running = self.pick(which)
        self.rough |= running.spool.pending() > 0
        running.spool.close()
        running.closed += 1

    # What happens to them.

    @rule(which=st.integers(0, 2))
    def is_killed(self, which):
        self.bury(self.pick(which))

    @rule(which=st.integers(0, 2), action=st.sampled_from(ACTIONS), steps=st.integers(0, 12))
    def is_killed_in_the_middle(self, which, action, steps):
        running = self.pick(which)
        running.process.steps_left = steps
        try:
            match action:
                case "append":
                    self.append(running, 30)
                case "deliver":
                    self.deliver(running, 4, 1000)
                case "refuse":
                    self.refuse(running)
                case "sync":
                    self.sync(running)
                case "tend":
                    running.spool.tend()
                case "close":
                    running.spool.close()
        except Killed:
            pass
        self.bury(running)

    @rule(data=st.data())
    def power_is_lost(self, data):
        self.storage.lose_power(lambda choices: data.draw(st.sampled_from(choices)))
        for running in list(self.running):
            self.bury(running)
        self.waiting = [payload for payload in self.waiting if payload in self.synced]
        self.outages += 1

    @rule(
        operation=st.sampled_from(
            ["create", "write", "sync", "sync_names", "read", "store", "remove", "lock", "entries"]
        )
    )
    def something_fails_from_now_on(self, operation):
        self.storage.failing.add(operation)
        self.rough = True

    @rule(left=st.integers(0, 300))
    def disk_is_nearly_full(self, left):
        self.storage.capacity = self.storage.bytes_of("") + left
        self.rough = True

    @rule()
    def all_is_well_again(self):
        self.storage.failing.clear()
        self.storage.capacity = 10**9

    @rule(seconds=st.sampled_from([-1e6, -1.0, 0.5, 1e6]))
    def clock_jumps(self, seconds):
        self.storage.clock += seconds

    # What is checked.

    @invariant()
    def segments_stay_within_the_bound(self):
        # What comes back after a power loss was removed before, and nobody has looked since.
        if not self.outages:
            assert self.storage.bytes_of(".segment") <= self.max_bytes

    @invariant()
    def every_accepted_record_is_counted_once(self):
        spools = [running.spool for running in self.running]
        assert all(spool.pending() >= 0 for spool in spools)
        # What a process that has died or closed counted, another counts again or nobody does.
        if not self.rough:
            pending = sum(spool.pending() for spool in spools)
            lost = sum(spool.dropped()["spool_full"] + spool.dropped()["removed"] for spool in spools)
            assert self.accepted == len(self.done) + pending + lost

    def teardown(self):
        self.all_is_well_again()
        for running in list(self.running):
            self.bury(running)
        last = Running(self.storage, self.max_bytes)
        last.spool.tend()
        while last.spool.pending():
            self.deliver(last, 3, 500)
        self.forget(refused.payload for refused in last.spool.quarantine.records())
        if self.max_bytes == AMPLE:
            assert self.waiting == []
        assert last.spool.pending() == 0
        last.spool.close()
        assert {name for name in self.storage.names if "/" not in name} == set()

    # How it is done.

    def pick(self, which) -> Running:
        if not self.running:
            self.another_process()
        return self.running[which % len(self.running)]

    def bury(self, running):
        self.storage.kill(running.process)
        running.process.alive = False
        self.running.remove(running)
        self.rough = True

    def append(self, running, size):
        payload = b"%d " % len(self.writers) + b"x" * size
        # Known before it is tried: a process that dies in it may or may not have written it.
        # A spool that was closed begins anew, and what it left is as good as another process's.
        self.writers[payload] = (running, running.closed)
        if running.spool.append(payload):
            self.accepted += 1
            self.waiting.append(payload)

    def read(self, running, most, most_bytes):
        records = running.spool.read(most, most_bytes)
        payloads = [record.payload for record in records]
        assert len(records) <= most
        assert len(records) <= 1 or sum(map(len, payloads)) <= most_bytes
        assert set(payloads) <= self.writers.keys(), "a record that nobody appended"
        assert len(set(payloads)) == len(payloads) or self.rough
        if not self.rough:
            assert not self.done & set(payloads), "an acknowledged record again"
        for writer in {self.writers[payload] for payload in payloads}:
            theirs = [payload for payload in payloads if self.writers[payload] == writer]
            numbers = [int(payload.split()[0]) for payload in theirs]
            assert numbers == sorted(numbers), "out of order"
            # Those that were accepted earlier, and wait, come before.
            if self.max_bytes == AMPLE:
                older = {p for p in self.waiting if self.writers[p] == writer and int(p.split()[0]) < numbers[-1]}
                assert older - self.refusing <= set(payloads), "an older record was passed over"
        return records

    def deliver(self, running, most, most_bytes):
        records = self.read(running, most, most_bytes)
        # From here on it may be acknowledged, whether or not the process lives to know it.
        self.forget(record.payload for record in records)
        running.spool.acknowledge([record.position for record in records])
        self.done |= {record.payload for record in records}

    def refuse(self, running):
        for record in self.read(running, 1, 1000):
            self.refusing.add(record.payload)
            running.spool.refuse(record, "invalid")
            if not self.rough and self.max_bytes == AMPLE:
                assert record.payload in {refused.payload for refused in running.spool.quarantine.records()}
            self.forget([record.payload])
            self.done.add(record.payload)

    def sync(self, running):
        accepted = [payload for payload in self.waiting if self.writers[payload][0] is running]
        if running.spool.sync():
            self.synced |= set(accepted)

    def forget(self, payloads):
        gone = set(payloads)
        self.waiting = [payload for payload in self.waiting if payload not in gone]


class SmallSpoolMachine(SpoolMachine):
    max_bytes = 4096


LOOKS = settings(max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
TestSpool = SpoolMachine.TestCase
TestSpool.settings = LOOKS
TestSmallSpool = SmallSpoolMachine.TestCase
TestSmallSpool.settings = LOOKS

"""SIGKILL at any moment: what was accepted is delivered all the same, by the process or from its spool by the next."""

import random
import subprocess
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process.delivering import RECORDED, RECORDS, Program, delivered, named
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply
from warpmetrics_otel.testing.native_api.schema import KINDS, key_of

IN_THE_MIDDLE = """
import json, signal
import warpmetrics_otel as wm
with wm.run("review") as run, wm.group(run, "draft") as group:
    wm.record_call(group, provider="google", model="m", messages="Why?", response="Because.")
    wm.act(wm.outcome(group, "Failed"), "retry")
    with wm.start_call(group, provider="google", model="m"):
        print(json.dumps("in the middle"), flush=True)
        while True:
            signal.pause()
"""
IN_THE_MIDDLE_RECORDED = {"runs": 1, "groups": 1, "calls": 1, "links": 2, "outcomes": 1, "acts": 1}

DELIVERS_THE_REST = """
import dataclasses, json
import warpmetrics_otel as wm
with wm.run("next"):
    pass
print(json.dumps(dataclasses.asdict(wm.flush(100))), flush=True)
"""

HOLDS = (
    RECORDS
    + """
import json, sys
print(json.dumps("recorded"), flush=True)
sys.stdin.read(1)
"""
)


def deliver_the_rest(api: NativeApi, spool: Path) -> None:
    with Program(DELIVERS_THE_REST, api=api, WARPMETRICS_SPOOL_DIR=str(spool)) as program:
        result = program.heard()
        assert program.end() == ""
    assert (result["pending"], result["spooled"], result["dropped"]) == (0, 0, {})


def records_left(spool: Path) -> list[Path]:
    return [path for path in spool.rglob("*") if path.suffix in {".segment", ".refused"}]


def test_a_kill_in_the_middle_of_a_run_leaves_what_has_been_delivered_live(api):
    with Program(IN_THE_MIDDLE, api=api) as program:
        assert program.heard() == "in the middle"
        api.wait_for(lambda: delivered(api) == IN_THE_MIDDLE_RECORDED)
        program.process.kill()
    assert api.run(api.entities("runs")[0]["id"])["groups"][0]["outcomes"][0]["name"] == "Failed"


def test_a_kill_in_the_middle_of_a_run_leaves_what_was_recorded_in_the_spool(api, tmp_path):
    with api.down(), Program(IN_THE_MIDDLE, api=api, WARPMETRICS_SPOOL_DIR=str(tmp_path)) as program:
        assert program.heard() == "in the middle"
        program.process.kill()
        program.process.wait()
        assert records_left(tmp_path)
    deliver_the_rest(api, tmp_path)
    assert delivered(api) == {**IN_THE_MIDDLE_RECORDED, "runs": 2}
    assert records_left(tmp_path) == []


@pytest.mark.parametrize("end", ["sys.exit(0)", "os._exit(0)", "os.kill(os.getpid(), signal.SIGTERM)"])
def test_what_a_process_could_not_deliver_the_next_one_does(api, tmp_path, end):
    code = -15 if "SIGTERM" in end else 0
    script = RECORDS + f"import os, signal, sys\nwm.flush(0.1)\n{end}"
    with api.down(), Program(script, api=api, WARPMETRICS_SPOOL_DIR=str(tmp_path)) as program:
        said = program.end(code)
    if end == "sys.exit(0)":
        count = sum(RECORDED.values())
        [line] = [line for line in said.splitlines() if "has stopped" in line]
        assert f"0 entities were delivered, 0 were in memory and are lost, {count} wait in " in line
        assert str(tmp_path) in line
        assert NativeApi.key not in said
    deliver_the_rest(api, tmp_path)
    assert delivered(api) == {**RECORDED, "runs": 3}
    assert records_left(tmp_path) == []


def test_processes_with_one_spool_deliver_their_own_and_what_a_dead_one_left(api, tmp_path):
    with ExitStack() as stack:
        api.go_down()
        programs = [stack.enter_context(Program(HOLDS, api=api, WARPMETRICS_SPOOL_DIR=str(tmp_path))) for _ in range(3)]
        for program in programs:
            assert program.heard() == "recorded"
        programs[0].process.kill()
        programs[0].process.wait()
        api.come_back()
        deliver_the_rest(api, tmp_path)
        # Those that live may have noticed that the server is back, or not yet.
        assert delivered(api)["runs"] >= 1 + RECORDED["runs"]
        for program in programs[1:]:
            program.end()
    assert delivered(api) == {kind: 3 * count + (kind == "runs") for kind, count in RECORDED.items()}
    assert records_left(tmp_path) == []


FORKS = """
import ctypes, json, os, sys
import warpmetrics_otel as wm
run = wm.run("parent's")
child = {fork}
{records}
print(json.dumps(os.getpid()), flush=True)
sys.stdin.read(1)
{end}
"""
CHILD_RECORDS = {
    "fork": "os.fork()",
    "records": 'wm.outcome(wm.run("child\'s") if child == 0 else run, "Completed")',
    "end": "",
}
# Forked behind Python's back, as by a library: no hook runs in the child, which keeps what was open.
CHILD_KNOWS_NOTHING = {
    "fork": "ctypes.PyDLL(None).fork()",
    "records": 'if child: wm.outcome(run, "Completed")',
    "end": "os._exit(0)",
}


@pytest.mark.parametrize("forked", [CHILD_RECORDS, CHILD_KNOWS_NOTHING], ids=["records", "knows nothing"])
def test_a_forked_child_keeps_nobody_from_delivering_what_its_killed_parent_left(api, tmp_path, forked):
    with api.down(), Program(FORKS.format(**forked), api=api, WARPMETRICS_SPOOL_DIR=str(tmp_path)) as program:
        assert program.heard() != program.heard()
        program.process.kill()
        program.process.wait()
        # The child lives: it has the same standard input, of which nothing has been said yet.
        api.come_back()
        deliver_the_rest(api, tmp_path)
        if forked is CHILD_KNOWS_NOTHING:
            # One that delivers itself may have taken over what its parent left, and waits for its next try.
            assert named(api).keys() >= {"parent's", "Completed", "next"}
        program.process.communicate()
    expected = {"parent's": 1, "Completed": 1, "next": 1}
    if forked is CHILD_RECORDS:
        expected |= {"child's": 1, "Completed": 2}
    api.wait_for(lambda: named(api) == expected)
    assert records_left(tmp_path) == []


KILLS, LANES = 50, 2
TROUBLES = [
    *[Reply()] * 6,
    Reply.refused(503),
    Reply.reset("request"),
    Reply.reset("unanswered", taken=True),
    Reply.reset("midway", taken=True),
]
NURSERY = """
import os, random, signal, sys, time
import urllib3
import warpmetrics_otel as wm
import warpmetrics_otel.deliver.spool_backlog

lane, kills, seed, accepted_file = sys.argv[1:]
accepted = os.open(accepted_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def record(hurried, tell):
    def returned(*keys):
        # What was accepted when its verb returned outlives the kill in the same way.
        os.write(accepted, "".join(f"{key}\\n" for key in keys).encode())
        os.write(tell, b".")
    while True:
        run = wm.run("review")
        returned(run.id)
        group = wm.group(run, "draft")
        returned(group.id, f"{run.id}>{group.id}")
        call = wm.record_call(group, provider="google", model="m", messages="Why?" * 50, response="Because." * 50)
        returned(call.id, f"{group.id}>{call.id}")
        outcome = wm.outcome(run, "Failed")
        returned(outcome.id)
        returned(wm.act(outcome, "retry").id)
        run.end()
        if hurried:
            wm.flush(0)
        time.sleep(0.005)

moments = random.Random(seed)
for number in range(int(kills)):
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        wm.configure(api_key=f"wm_test_{lane}_{number}", project_id="one")
        # Half of them with one request after the other, the others with much that waits.
        record(hurried=number % 2 == 0, tell=tell)
    os.close(tell)
    # Any moment will do, since what is asserted holds at all of them: one of its work, however fast that goes, and one
    # of whatever it does then.
    verbs = moments.randrange(300)
    while verbs > 0 and (more := os.read(told, verbs)):
        verbs -= len(more)
    time.sleep(moments.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    os.close(told)
"""


def test_fifty_kills_at_random_lose_nothing_and_repeat_only_what_was_in_flight(tmp_path):
    spool, files = tmp_path / "spool", [tmp_path / f"accepted {lane}" for lane in range(LANES)]
    shared = {"WARPMETRICS_SPOOL_DIR": str(spool), "WARPMETRICS_PROJECT_ID": "one"}
    with NativeApi(allow=["duplicate"]) as api, ExitStack() as stack:
        lanes = [
            stack.enter_context(
                Program(NURSERY, str(lane), str(KILLS // LANES), f"lane {lane}", str(file), api=api, **shared)
            )
            for lane, file in enumerate(files)
        ]
        chance = random.Random(1)
        while any(lives(lane) for lane in lanes):
            api.answer(chance.choice(TROUBLES))
            if chance.random() < 0.05:
                api.go_down()
                api.come_back()
        for lane in lanes:
            lane.end()
        api.behave()
        with Program(DELIVERS_THE_REST, api=api, **shared) as program:
            result = program.heard()
            program.end()
        accepted = {line for file in files for line in file.read_text("utf-8").splitlines()}
        api.check()
        arrived = {key_of(kind, row) for kind in KINDS for row in api.entities(kind)}
        assert accepted
        assert accepted - arrived == set()
        assert result["spooled"] == 0
        assert result["dropped"].keys() <= {"torn"}
        assert records_left(spool) == []
        assert repeated_without_need(api) == set()


def lives(program: Program) -> bool:
    try:
        program.process.wait(0.1)
    except subprocess.TimeoutExpired:
        return True
    return False


def repeated_without_need(api: NativeApi) -> set[str]:
    """What came again although its sender had been told that it arrived, and lived on."""
    last = {request.headers["authorization"]: request.number for request in api.requests}
    requests = defaultdict(list)
    for request in api.requests:
        for kind in KINDS if request.taken and request.batch else ():
            for row in request.batch[kind]:
                requests[key_of(kind, row)].append(request)
    return {
        key
        for key, those in requests.items()
        for request in those[:-1]
        if request.status == 200 and request.number != last[request.headers["authorization"]]
    }


def test_the_test_above_sees_what_is_repeated_without_need():
    with NativeApi() as api:
        script = """
        import urllib.request, json, sys
        run = {"id": "wm_run_abc", "label": "a", "opts": None, "refId": None, "startedAt": "2026-01-01T00:00:00.000Z"}
        batch = {kind: [] for kind in ("runs", "groups", "calls", "links", "outcomes", "acts")} | {"runs": [run]}
        headers = {"Authorization": f"Bearer {sys.argv[1]}", "Content-Type": "application/json", "X-SDK-Version": "0"}
        for _ in range(2):
            request = urllib.request.Request(sys.argv[2] + "/v1/events", json.dumps(batch).encode(), headers)
            urllib.request.urlopen(request).read()
        """
        with Program(script, NativeApi.key, api.url, api=api) as program:
            program.end()
        assert repeated_without_need(api) == {"wm_run_abc"}

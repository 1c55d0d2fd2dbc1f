"""Forks: children deliver what they recorded, however they end, and nothing of their parent's."""

import pytest

from tests.process.delivering import RECORDED, Program, delivered, named
from warpmetrics_otel.testing.native_api import Reply

WORKER = """
import json, os, signal, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking a process that has threads, which is the point here
import warpmetrics_otel as wm

def record(name):
    run = wm.run(name)
    group = wm.group(run, f"{name}'s group")
    wm.record_call(group, provider="google", model="m", messages="Why?", response="Because.")
    act = wm.act(wm.outcome(run, f"{name}'s outcome"), f"{name}'s act")
    wm.run(f"{name} again", follows=act).__enter__()

def fork(work):
    child = os.fork()
    if child == 0:
        signal.alarm(100)
        work()
        sys.exit(0)
    return child

def wait(*children):
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
"""


def names(*recorded: str) -> dict[str, int]:
    return {f"{name}{what}": 1 for name in recorded for what in ("", "'s group", "'s outcome", "'s act", " again")}


@pytest.mark.parametrize(
    "end",
    ["pass", "sys.exit(0)", "wm.flush(60); os._exit(0)", "wm.shutdown(60); os._exit(0)"],
    ids=["return", "sys.exit", "flush and os._exit", "shutdown and os._exit"],
)
def test_prefork_workers_deliver_with_the_masters_configuration(api, end):
    script = f"""
def work(name):
    record(name)
    {end}
wm.configure(search_opts=4)
assert threading.active_count() == 1, threading.enumerate()
wait(*[fork(lambda: work(f"worker {{number}}")) for number in range(3)])
record("master")
"""
    with Program(WORKER + script, api=api) as program:
        assert program.end() == ""
    assert named(api) == names("master", "worker 0", "worker 1", "worker 2")
    assert delivered(api) == {kind: 4 * count for kind, count in RECORDED.items()}


def test_what_the_parent_has_not_sent_yet_is_sent_once_and_by_the_parent(api):
    # The parent's request hangs while the children are forked, deliver and end.
    api.answer(Reply.hanging())
    script = """
record("parent")
print(json.dumps("recorded"), flush=True)
sys.stdin.read(1)
record("parent, later")
wait(*[fork(lambda: record(f"child {number}")) for number in range(2)])
print(json.dumps("children are done"), flush=True)
"""
    with Program(WORKER + script, api=api) as program:
        assert program.heard() == "recorded"
        api.wait_for(lambda: api.requests)
        program.process.stdin.write("x")
        program.process.stdin.flush()
        assert program.heard() == "children are done"
        assert named(api) == names("child 0", "child 1")
        api.behave()
        assert program.end() == ""
    assert named(api) == names("parent", "parent, later", "child 0", "child 1")


def test_children_of_children_deliver(api):
    script = """
def work():
    record("child")
    wait(fork(lambda: record("grandchild")))
wait(fork(work))
"""
    with Program(WORKER + script, api=api) as program:
        assert program.end() == ""
    assert named(api) == names("child", "grandchild")


def test_a_child_adds_to_what_its_parent_started(api):
    # Which of two processes is heard first is nobody's to say.
    api.allow.add("order")
    script = """
with wm.run("parent's") as run:
    wait(fork(lambda: wm.outcome(wm.group(run, "child's"), "Completed")))
"""
    with Program(WORKER + script, api=api) as program:
        assert program.end() == ""
    assert named(api) == {"parent's": 1, "child's": 1, "Completed": 1}
    [group] = api.run(api.entities("runs")[0]["id"])["groups"]
    assert group["label"] == "child's"


def test_children_forked_while_other_threads_record_and_deliver(api):
    script = """
# Whoever forks while another thread imports has a child that waits for ever: Python's, so not during the first verb.
wm.configure(search_opts=4)
record("first")
stop = threading.Event()
def busy(name):
    number = 0
    while not stop.wait(0.001):
        record(f"{name} {number}")
        number += 1
        if not number % 50:
            wm.flush()
    counts[name] = number
counts = {}
threads = [threading.Thread(target=busy, args=(name,)) for name in ("a", "b")]
for thread in threads:
    thread.start()
for number in range(20):
    wait(fork(lambda: (record(f"child {number}"), wm.flush(60), os._exit(0))))
stop.set()
for thread in threads:
    thread.join()
print(json.dumps(counts))
"""
    with Program(WORKER + script, api=api) as program:
        counts = program.heard()
        assert program.end() == ""
    parents = [f"{name} {number}" for name, count in counts.items() for number in range(count)]
    assert named(api) == names("first", *parents, *(f"child {number}" for number in range(20)))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_deliver_at_their_end(tmp_path, api, method):
    # They skip `atexit`, and here they do not flush.
    (tmp_path / "work.py").write_text(
        "import warpmetrics_otel as wm\n"
        "def work(name):\n"
        "    run = wm.run(name)\n"
        "    wm.outcome(wm.group(run, 'group'), 'Completed')\n"
        "    return name\n",
        "utf-8",
    )
    script = """
import concurrent.futures, multiprocessing
sys.path.insert(0, sys.argv[2])
from work import work
if sys.argv[3] == "busy":
    record("parent")
context = multiprocessing.get_context(sys.argv[1])
process = context.Process(target=work, args=("process",))
process.start()
with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
    list(executor.map(work, ["executor 1", "executor 2"]))
pool = context.Pool(1)
pool.map(work, ["pool"])
pool.close()
pool.join()
process.join()
assert process.exitcode == 0
"""
    for parent in ("idle", "busy"):
        with Program(WORKER + script, method, str(tmp_path), parent, api=api) as program:
            assert program.end() == ""
    runs = ("process", "executor 1", "executor 2", "pool")
    expected = dict.fromkeys(runs, 2) | {"group": 8, "Completed": 8} | names("parent")
    assert named(api) == expected

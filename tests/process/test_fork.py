"""Forks between start and end: the parent ends what it started, the child adds to it as to something elsewhere."""

from pathlib import Path

import pytest

from tests.process.child import by_name, python, values, written
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.otlp_file

_FORKED = """
import json, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking a process that has threads, which is the point here
import warpmetrics_otel as wm
wm.configure(otlp_file=sys.argv[1])

def in_child(act):
    child = os.fork()
    if child == 0:
        wm.configure(otlp_file=sys.argv[2])
        act()
        wm.shutdown()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def forked(tmp_path: Path, script: str) -> tuple[object, list, list]:
    """What the script printed, and the spans that parent and child wrote."""
    parent, child = tmp_path / "parent.jsonl", tmp_path / "child.jsonl"
    printed = python(_FORKED + script, str(parent), str(child))
    return printed, written(parent), written(child)


def test_the_parent_alone_ends_what_it_started(tmp_path: Path) -> None:
    run_id, parent, child = forked(
        tmp_path,
        """
run = wm.run("review")
block = wm.run("block")
with block:
    def act():
        run.end()
        block.__exit__(None, None, None)
        wm.outcome(run, "Failed")
        wm.outcome(run.id, "Failed")
        wm.group(run, "in the child").end()
        wm.flush(end_open=True)
    in_child(act)
wm.outcome(run, "Completed")
run.end()
print(json.dumps(run.id))
""",
    )
    assert by_name(parent).keys() == {"invoke_workflow review", "invoke_workflow block"}
    [event] = by_name(parent)["invoke_workflow review"]["events"]
    assert values(event)[semconv.WARPMETRICS_OUTCOME_NAME] == "Completed"
    assert [span["name"] for span in child] == [semconv.EVENT_OUTCOME, semconv.EVENT_OUTCOME, "in the child"]
    root = by_name(parent)["invoke_workflow review"]
    for span in child:
        assert (span["traceId"], span["parentSpanId"]) == (root["traceId"], root["spanId"])
    assert root["spanId"] == f"{ids.span_id_of(run_id):016x}"
    assert len({span["spanId"] for span in parent + child}) == 5


def test_a_handle_dropped_in_the_child_ends_nothing(tmp_path: Path) -> None:
    _, parent, child = forked(
        tmp_path,
        """
handles = [wm.run("review")]
def act():
    handles.clear()
    wm.run("in the child").end()
in_child(act)
wm.outcome(handles[0], "Completed")
""",
    )
    assert [span["name"] for span in child] == ["invoke_workflow in the child"]
    [span] = parent
    assert len(span["events"]) == 1


def test_a_follow_up_in_the_child_continues_the_chain(tmp_path: Path) -> None:
    _, parent, child = forked(
        tmp_path,
        """
run = wm.run("review")
act = wm.act(wm.outcome(run, "Failed"), "retry")
in_child(lambda: wm.run(act, "again").end())
""",
    )
    [first], [second] = parent, child
    assert values(second)[semconv.WARPMETRICS_CHAIN_ID] == values(first)[semconv.WARPMETRICS_RUN_ID]
    assert second["links"][0]["spanId"] == first["spanId"]
    assert values(first)[semconv.WARPMETRICS_END_REASON] == semconv.END_REASON_EXIT


def test_what_is_current_stays_current_in_the_child(tmp_path: Path) -> None:
    _, parent, child = forked(
        tmp_path,
        """
with wm.run("review") as run:
    def act():
        with wm.use(run):
            wm.group(wm.current(), "in the child").end()
    in_child(act)
""",
    )
    assert child[0]["parentSpanId"] == parent[0]["spanId"]


def test_a_child_that_keeps_the_configuration_writes_its_own_and_nothing_of_the_parents(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import os, sys, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        import warpmetrics_otel as wm
        run = wm.run("parent's")
        wm.run("ended before the fork").end()
        child = os.fork()
        if child == 0:
            wm.run("child's, open")
            wm.run("child's, ended").end()
            run.end()
            wm.flush()
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    names = [span["name"].removeprefix("invoke_workflow ") for span in written(file)]
    assert sorted(names) == ["child's, ended", "child's, open", "ended before the fork", "parent's"]


def test_verbs_work_in_a_child_forked_while_another_thread_holds_every_lock(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import os, signal, sys, threading, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        import warpmetrics_otel as wm
        stop = threading.Event()
        def busy():
            while not stop.is_set():
                run = wm.run("busy")
                wm.outcome(run, "Completed")
                wm.flush()
        threads = [threading.Thread(target=busy, daemon=True) for _ in range(2)]
        run = wm.run("parent's")
        for thread in threads:
            thread.start()
        for number in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(100)
                wm.outcome(run, "Failed")
                again = wm.run(f"child {number}")
                again.end()
                wm.shutdown()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        for thread in threads:
            thread.join()
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    names = {span["name"] for span in written(file)}
    assert {f"invoke_workflow child {number}" for number in range(10)} <= names


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_deliver_at_their_end(tmp_path: Path, method: str) -> None:
    # They skip `atexit`.
    (tmp_path / "work.py").write_text(
        "import warpmetrics_otel as wm\n"
        "def work(ref):\n"
        "    wm.outcome(ref, 'Merged')\n"
        "    wm.run('in the child').__enter__()\n",
        "utf-8",
    )
    file = tmp_path / "spans.jsonl"
    python(
        """
        import multiprocessing, sys, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        sys.path.insert(0, sys.argv[2])
        import warpmetrics_otel as wm
        from work import work
        run = wm.run("parent's")
        process = multiprocessing.get_context(sys.argv[1]).Process(target=work, args=(run.ref,))
        process.start()
        process.join()
        assert process.exitcode == 0
        """,
        method,
        str(tmp_path),
        WARPMETRICS_OTLP_FILE=str(file),
    )
    spans = by_name(written(file))
    assert spans.keys() == {"invoke_workflow parent's", "invoke_workflow in the child", semconv.EVENT_OUTCOME}
    assert values(spans["invoke_workflow in the child"])[semconv.WARPMETRICS_END_REASON] == semconv.END_REASON_EXIT
    assert spans[semconv.EVENT_OUTCOME]["parentSpanId"] == spans["invoke_workflow parent's"]["spanId"]

"""What recording leaves to the worker: it is made there, in its order, and nobody can tell but by the agent's time."""

import threading
from queue import SimpleQueue

import pytest

from tests.deliver.entities import act, group, outcome, program, run
from tests.deliver.pipelines import arrived, recording
from tests.patience import PATIENCE_S
from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.deliver.intake import MOST_LATER_BYTES
from warpmetrics_otel.deliver.spool import Disk, Spool
from warpmetrics_otel.deliver.spool_backlog import SpoolBacklog
from warpmetrics_otel.deliver.tally import fact_of
from warpmetrics_otel.testing import Reply
from warpmetrics_otel.translate.records import record_of


def later(*entities, size=0, made=None):
    def make(told):
        if made is not None:
            made(threading.current_thread())
        return tuple(entity.key for entity in told[2:]), tuple(map(record_of, told[2:])), fact_of(told[2])

    return (make, entities[0].kind, *entities), size


def test_it_is_made_by_the_worker(api, pipeline):
    pipe, made = pipeline(), []
    pipe.take_later(*later(*program(), made=made.append))
    api.wait_for(lambda: api.entities("acts"))
    assert [thread.name for thread in made] == ["warpmetrics-delivery"]
    assert pipe.flush(60).delivered == 7


def test_what_is_taken_at_once_does_not_overtake_it(api, pipeline):
    pipe = pipeline()
    first = run()
    failed = outcome(first)
    pipe.take_later(*later(first))
    pipe.take([failed])
    pipe.take_later(*later(act(failed), *group(first)))
    assert pipe.flush(60).delivered == 5


def test_it_is_known_and_counted_although_nobody_has_made_it_yet(api, pipeline):
    with api.down():
        pipe = pipeline()
        first, second = run(), run()
        pipe.take_later(*later(first))
        assert pipe.knows(first.id)
        assert not pipe.knows(second.id)
        pipe.take_later(*later(first))
        pipe.take_later(*later(second))
        assert pipe.counts().pending == 2


@pytest.mark.parametrize("spool", [False, True], ids=["memory", "spool"])
def test_of_what_another_mouth_has_brought_only_the_rest_is_taken(api, pipeline, tmp_path, spool):
    backlog = MemoryBacklog(100, 10**6)
    pipe = pipeline(backlog=SpoolBacklog(Spool(Disk(tmp_path)), backlog) if spool else backlog)
    first = run()
    drafting, link = group(first)
    pipe.take([first, drafting])
    pipe.take_later(*later(drafting, link))
    pipe.take_later(*later(drafting, link))
    pipe.take_later(*later(first))
    assert pipe.flush(60).delivered == 3
    assert arrived(api) == {"runs": 1, "groups": 1, "links": 1}


def test_the_agent_makes_it_where_too_much_is_left(api, pipeline):
    made = []
    api.answer(Reply.hanging())
    pipe = pipeline(most=10)
    pipe.take([run()])
    api.wait_for(lambda: api.requests)
    for _ in range(MOST_LATER_BYTES // 1000 * 2):
        pipe.take_later(*later(run(), made=made.append))
    assert set(made) == {threading.current_thread()}
    assert len(made) >= MOST_LATER_BYTES // 1000
    api.behave()
    assert pipe.flush(60).dropped == {"queue_full": MOST_LATER_BYTES // 1000 * 2 - 10}


def test_its_texts_count_too(api, pipeline):
    made = []
    api.answer(Reply.hanging())
    pipe = pipeline()
    pipe.take([run()])
    api.wait_for(lambda: api.requests)
    for _ in range(4):
        pipe.take_later(*later(run(), size=MOST_LATER_BYTES // 2, made=made.append))
    assert len(made) >= 3
    api.behave()


def test_a_worker_that_waits_to_try_again_makes_it_before_the_agent_has_to(api, pipeline):
    made = SimpleQueue()
    api.answer(Reply.refused(503, retry_after=3600))
    pipe = pipeline()
    pipe.take([run()])
    api.wait_for(lambda: api.requests)
    pipe.take_later(*later(run(), size=MOST_LATER_BYTES // 2, made=made.put))
    assert made.get(timeout=PATIENCE_S).name == "warpmetrics-delivery"


def test_what_the_user_changes_afterwards_is_sent_as_it_was(api):
    opts = {"plan": ["read"], "attempt": 1}
    messages = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    tokens = {"prompt": 3}
    with recording(api_key=api.key, api_url=api.url) as wm:
        with api.down(), wm.run("Writer", opts) as first:
            wm.record_call(first, provider="local", model="tiny", messages=messages, tokens=tokens)
            failed = wm.outcome(first, "Failed", opts)
            opts["plan"].append("write")
            messages[0]["content"][0]["text"] = "Goodbye"
            tokens["prompt"] = 4
        assert wm.flush(60).delivered == 4
    (call,) = api.entities("calls")
    assert call["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    assert call["tokens"] == {"prompt": 3}
    assert api.row(first.id)["opts"] == api.row(failed.id)["opts"] == {"plan": ["read"], "attempt": 1}


def test_an_error_while_it_is_made_costs_itself_only(api, pipeline, said):
    pipe = pipeline()
    pipe.take_later((lambda told: 1 // 0, "runs"), 0)
    pipe.take_later(*later(run()))
    assert pipe.flush(60).delivered == 1
    assert said()[0] == "an entity could not be made, and is lost"

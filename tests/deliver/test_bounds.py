"""Promise 4: memory is bounded in entities and in bytes, the oldest go and are counted, and nobody is kept waiting."""

import gc
import threading
import tracemalloc

import pytest

from tests.deliver.entities import call, run
from tests.patience import PATIENCE_S
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.deliver.sender import MOST_BYTES
from warpmetrics_otel.testing import Reply


def test_the_oldest_go_and_are_counted(api, pipeline):
    pipe = pipeline(most=100)
    runs = [run(str(number)) for number in range(250)]
    with api.down():
        pipe.take(runs)
        counts = pipe.flush(0.1)
        assert (counts.pending, counts.dropped) == (100, {"queue_full": 150})
    counts = pipe.flush(60)

    assert (counts.delivered, counts.pending, counts.dropped) == (100, 0, {"queue_full": 150})
    assert [row["label"] for row in api.entities("runs")] == [str(number) for number in range(150, 250)]


def test_bytes_are_bounded_whatever_is_in_them(api, pipeline):
    # What has gone may have been a parent.
    api.allow.update({"order", "parent"})
    bound = 1 << 20
    pipe = pipeline(most_bytes=bound)
    with api.down():
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(900):
            letter = "☃" if number % 2 else "x"
            first = run(opts={"document": letter * 20_000, "pages": [{"text": f"{number} {n}"} for n in range(50)]})
            request, link = call(first, response=letter * 20_001 + str(number), messages=f"{number}" * 5000)
            pipe.take([first, request, link])
        # What failed tries have left, with what they were sending, is garbage by now, and no longer held.
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        counts = pipe.flush(0.05)

    # A batch may be on its way: its rows, their JSON, and the envelope around that.
    assert taken < bound * 1.6 + 8 * MOST_BYTES
    assert 0 < counts.pending < 2700
    assert counts.dropped == {"queue_full": 2700 - counts.pending}


def test_one_that_is_larger_than_the_bound_is_still_sent(api, pipeline):
    pipe = pipeline(most_bytes=1000)
    pipe.take([run(opts={"document": "x" * 10_000})])
    assert pipe.flush(60).delivered == 1


def test_what_has_to_go_while_it_is_under_way_is_counted_once(api, pipeline):
    api.answer(Reply.hanging())
    pipe = pipeline(most=10)
    pipe.take([run() for _ in range(10)])
    api.wait_for(lambda: api.requests)
    pipe.take([run() for _ in range(10)])
    assert pipe.counts().dropped == {"queue_full": 10}
    api.behave()
    counts = pipe.flush(60)

    # The first ten had arrived after all.
    assert (counts.delivered, counts.pending, counts.dropped) == (20, 0, {})
    assert len(api.entities("runs")) == 20


@pytest.mark.parametrize("reply", [Reply.hanging(), Reply.refused(503, retry_after=3600), Reply.dripping(0.2)])
def test_the_caller_does_not_wait_for_the_api(api, pipeline, reply):
    api.answer_always(reply)
    pipe = pipeline(most=500)
    pipe.take([run()])
    api.wait_for(lambda: api.requests)
    # Were it to wait for a request, it would wait for all of this test: nothing lets go of one before its end.
    caller = threading.Thread(target=lambda: [pipe.take([run()]) for _ in range(5000)], daemon=True)
    caller.start()
    caller.join(PATIENCE_S)

    assert not caller.is_alive()
    assert pipe.counts().pending == 500


def test_what_was_seen_is_forgotten_some_time():
    seen = Seen(least=100)
    fresh = [seen.add(str(number)) for number in range(1000)]
    assert all(fresh)
    assert [seen.add(str(number)) for number in range(900, 1000)] == [False] * 100
    assert len([number for number in range(1000) if str(number) in seen]) <= 200

"""Promise 3, what is too large: batches are split down to one entity, whose content is then cut, with a mark."""

import logging

from tests.deliver.entities import call, outcome, program, run
from warpmetrics_otel.deliver.rows import CUT
from warpmetrics_otel.testing import Reply

LIMIT = 4000


def test_a_batch_is_split(api, pipeline):
    api.max_body = LIMIT
    pipe = pipeline()
    entities = [entity for _ in range(30) for entity in program()]
    pipe.take(entities)
    counts = pipe.flush(60)

    assert (counts.delivered, counts.dropped) == (len(entities), {})
    refused = [request for request in api.requests if request.status == 413]
    # Half the size each time, and what was learnt stays learnt.
    assert 1 <= len(refused) <= 8
    assert api.incomplete() == []


def test_content_is_cut_with_a_mark(api, pipeline, said):
    api.max_body = LIMIT
    first = run()
    request, link = call(first, response="r" * 50_000, messages="m" * 50_000)
    pipe = pipeline()
    pipe.take([first, request, link, outcome(first)])
    counts = pipe.flush(60)

    assert (counts.delivered, counts.dropped) == (4, {})
    row = api.row(request.id)
    assert row["response"].startswith("rrr")
    assert row["response"].endswith(CUT)
    assert row["messages"][0]["role"] == "user"
    assert row["messages"][0]["content"].endswith(CUT)
    assert {**row, "response": None, "messages": None} == {**request.to_json(), "response": None, "messages": None}
    assert ["sent without its longest content" in line for line in said(logging.ERROR)] == [True]


def test_other_entities_are_cut_too(api, pipeline):
    api.max_body = LIMIT
    first = run(opts={"document": "d" * 50_000, "pr": 42})
    pipe = pipeline()
    pipe.take([first])

    assert pipe.flush(60).delivered == 1
    assert api.row(first.id)["opts"]["document"].endswith(CUT)
    assert api.row(first.id)["opts"]["pr"] == 42


def test_many_short_texts_are_cut_as_a_whole(api, pipeline):
    api.max_body = LIMIT
    first = run(opts={str(number): "short" for number in range(2000)})
    request, link = call(first, messages=["word"] * 5000, tool_calls=[{"id": str(n), "name": "x"} for n in range(900)])
    pipe = pipeline()
    pipe.take([first, request, link])

    assert pipe.flush(60).delivered == 3
    assert api.row(first.id)["opts"] == {"cut": CUT}
    assert api.row(request.id)["messages"] == CUT
    assert api.row(request.id)["toolCalls"] is None


def test_what_cannot_be_cut_is_counted_and_said(api, pipeline, said):
    api.max_body = LIMIT
    first = run(label="L" * 50_000)
    pipe = pipeline()
    pipe.take([run(), first, run()])
    counts = pipe.flush(60)

    assert (counts.delivered, counts.dropped) == (2, {"too_large": 1})
    assert ["refuses an entity for good" in line for line in said(logging.ERROR)] == [True]


def test_a_cut_row_that_meets_a_failure_is_tried_again(api, pipeline, said):
    api.max_body = LIMIT
    first = run(opts={"document": "d" * 5000})
    api.answer(Reply(), Reply.refused(503))
    pipe = pipeline()
    pipe.take([first])
    counts = pipe.flush(60)

    assert (counts.delivered, counts.dropped) == (1, {})
    assert api.row(first.id)["opts"]["document"].endswith(CUT)


def test_one_large_row_does_not_make_the_others_slow(api, pipeline):
    api.max_body = 400_000
    first = run()
    request, link = call(first, response="r" * 2_000_000)
    pipe = pipeline()
    pipe.take([first, request, link, *[run() for _ in range(2000)]])

    assert pipe.flush(60).delivered == 2003
    assert len(api.requests) < 40


def test_a_limit_that_has_gone_is_noticed(api, pipeline):
    api.max_body = LIMIT
    pipe = pipeline()
    pipe.take([run() for _ in range(300)])
    assert pipe.flush(60).delivered == 300
    asked = len(api.requests)
    # Whether it still stands is asked seldom.
    assert len([request for request in api.requests if request.status == 413]) <= 8

    api.max_body = None
    pipe.take([run() for _ in range(2000)])
    assert pipe.flush(60).delivered == 2300
    assert max(len(request.body) for request in api.requests[:asked] if request.status == 200) <= LIMIT
    assert max(len(request.body) for request in api.requests[asked:]) > 2 * LIMIT

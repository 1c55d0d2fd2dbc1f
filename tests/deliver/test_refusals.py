"""Promise 3, what does not pass: delivery stops at once, says so once, and goes on with another key."""

import logging

import pytest

from tests.deliver.entities import act, program, run
from warpmetrics_otel.deliver import pipeline as pipelines
from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.deliver.spool import Disk, Spool
from warpmetrics_otel.deliver.spool_backlog import SpoolBacklog
from warpmetrics_otel.testing import NativeApi, Reply

REFUSALS = {
    "401": Reply.refused(401),
    "403": Reply.refused(403),
    "404": Reply.refused(404),
    "405": Reply.refused(405),
    "410": Reply.refused(410),
    "a redirect": Reply.redirected("http://127.0.0.1:1/v1/events"),
    "a redirect for good": Reply.redirected("http://127.0.0.1:1/v1/events", status=301),
    "success: false, for the key": Reply.unsuccessful("UNAUTHORIZED"),
}


class Keys:
    """A key that can be rotated."""

    def __init__(self, key):
        self.key = key

    def __call__(self):
        if isinstance(self.key, Exception):
            raise self.key
        return self.key


@pytest.fixture
def spool(tmp_path):
    return SpoolBacklog(Spool(Disk(tmp_path / "spool")), MemoryBacklog(100, 10**6))


@pytest.mark.parametrize("reply", REFUSALS.values(), ids=REFUSALS)
def test_delivery_stops_at_once_and_says_so_once(api, pipeline, said, reply):
    api.answer_always(reply)
    pipe = pipeline()
    pipe.take(program())
    counts = pipe.flush(60)
    assert (counts.delivered, counts.pending, counts.dropped) == (0, 0, {"refused": 7})
    assert counts.refusal

    for _ in range(3):
        pipe.take(program())
        counts = pipe.flush(60)

    assert (counts.pending, counts.dropped) == (0, {"refused": 28})
    assert len(api.requests) == 1
    errors = said(logging.ERROR)
    assert len(errors) == 1
    assert "refuses for good" in errors[0]
    assert counts.refusal in errors[0]


def test_a_redirect_is_not_followed(api, pipeline):
    with NativeApi() as elsewhere:
        api.answer_always(Reply.redirected(elsewhere.url + "/v1/events"))
        pipe = pipeline()
        pipe.take([run()])
        assert pipe.flush(60).refusal.startswith("307")
    # It would have had the key.
    assert elsewhere.requests == []


@pytest.mark.parametrize("url", ["api.warpmetrics.com", "ftp://api.warpmetrics.com", "http://[", "http://"])
def test_an_address_that_is_none(pipeline, api, url):
    pipe = pipeline(url=url)
    pipe.take([run()])
    assert pipe.flush(60).refusal


@pytest.mark.parametrize("key", ["wm_test_line\nbreak", "wm_test_☃"])
def test_a_key_that_cannot_be_sent(pipeline, api, said, key):
    pipe = pipeline(key=key)
    pipe.take([run()])
    assert pipe.flush(60).refusal
    assert key not in "".join(said())


def test_with_a_spool_everything_is_kept(api, pipeline, spool, said):
    api.answer_always(Reply.refused(401))
    pipe = pipeline(backlog=spool)
    entities = program()
    pipe.take(entities)
    counts = pipe.flush(60)
    pipe.take(program())
    stopped = pipe.shutdown(60)

    assert (counts.delivered, counts.spooled, counts.pending, counts.dropped) == (0, 7, 0, {})
    assert (stopped.spooled, stopped.dropped) == (14, {})
    assert "kept in the spool" in said(logging.ERROR)[0]


def test_another_key_goes_on_with_what_was_kept(api, pipeline, spool, said):
    api.keys = {"wm_live_new"}
    api.allow.add("auth")
    keys = Keys("wm_live_old")
    pipe = pipeline(key=keys, backlog=spool)
    pipe.take(program())
    assert pipe.flush(60).spooled == 7

    keys.key = "wm_live_new"
    counts = pipe.flush(60)
    assert (counts.delivered, counts.spooled, counts.refusal) == (7, 0, None)
    assert any("the API key has changed" in line for line in said())


def test_another_key_is_noticed_without_a_flush(api, pipeline, spool, monkeypatch):
    monkeypatch.setattr(pipelines, "REST_SECONDS", 0.05)
    api.keys = {"wm_live_new"}
    api.allow.add("auth")
    keys = Keys("wm_live_old")
    pipe = pipeline(key=keys, backlog=spool)
    pipe.take(program())
    api.wait_for(lambda: api.requests)
    keys.key = "wm_live_new"
    api.wait_for(lambda: api.entities("acts"))


def test_a_key_rotated_while_a_request_is_under_way(api, pipeline, said):
    api.answer(Reply.hanging())
    keys = Keys("wm_live_old")
    pipe = pipeline(key=keys)
    pipe.take(program())
    api.wait_for(lambda: api.requests)
    api.allow.add("auth")
    api.keys = {"wm_live_new"}
    keys.key = "wm_live_new"
    api.behave()
    counts = pipe.flush(60)

    # Nothing is lost, though there is no spool, and nobody is alarmed.
    assert (counts.delivered, counts.dropped, counts.refusal) == (7, {}, None)
    assert said(logging.WARNING) == []


def test_a_function_that_gives_another_key_every_time(api, pipeline, said):
    api.answer_always(Reply.refused(401))
    numbers = iter(range(10_000))
    pipe = pipeline(key=lambda: f"wm_test_{next(numbers)}")
    pipe.take(program())
    counts = pipe.flush(60)

    assert (counts.pending, counts.dropped) == (0, {"refused": 7})
    assert len(api.requests) <= 3
    assert len(said(logging.ERROR)) == 1


def test_another_key_that_is_no_better_alarms_nobody_again(api, pipeline, spool, said):
    api.answer_always(Reply.refused(401))
    keys = Keys("wm_live_old")
    pipe = pipeline(key=keys, backlog=spool)
    pipe.take(program())
    pipe.flush(60)
    keys.key = "wm_live_wrong"
    counts = pipe.flush(60)

    assert len(api.requests) == 2
    assert (counts.spooled, counts.dropped) == (7, {})
    assert len(said(logging.ERROR)) == 1


def test_a_function_that_raises_for_a_while(api, pipeline, said):
    keys = Keys(ConnectionError("vault at wm_live_secret"))
    pipe = pipeline(key=keys)
    pipe.take(program())
    assert pipe.flush(0.1).pending == 7

    keys.key = NativeApi.key
    assert pipe.flush(60).delivered == 7
    assert "api_key() raised ConnectionError" in said(logging.WARNING)[0]
    assert "secret" not in "".join(said())


def test_the_key_in_force_is_asked_for_every_time(api, pipeline):
    keys = Keys("wm_live_a")
    pipe = pipeline(key=keys)
    for key in ("wm_live_a", "wm_live_b"):
        keys.key = key
        pipe.take([run()])
        pipe.flush(60)

    assert [request.headers["authorization"] for request in api.requests] == ["Bearer wm_live_a", "Bearer wm_live_b"]


def test_one_row_that_is_refused_is_isolated(api, pipeline, said):
    # An act of something that is no outcome: its batch is answered with 400.
    first = run()
    bad = act(first)
    pipe = pipeline()
    others = [entity for _ in range(20) for entity in program()]
    api.allow.add("schema")
    pipe.take([first, *others[:70], bad, *others[70:]])
    counts = pipe.flush(60)

    assert (counts.delivered, counts.dropped, counts.refusal) == (141, {"invalid": 1}, None)
    assert len(api.entities("acts")) == 20
    errors = said(logging.ERROR)
    assert len(errors) == 1
    assert "refuses an entity for good" in errors[0]

"""Promise 3, what passes: tried again for as long as it takes, ever more slowly, and as slowly as the server asks."""

import datetime
import itertools
import logging
import socket
import time

import pytest
import urllib3

from tests.deliver.entities import program, run
from warpmetrics_otel.deliver import pipeline as pipelines
from warpmetrics_otel.deliver.retry import Backoff
from warpmetrics_otel.testing import NativeApi, Reply

TRANSIENT = {
    "408": Reply.refused(408),
    "425": Reply.refused(425),
    "429": Reply.refused(429),
    "429, asking for no time": Reply.refused(429, retry_after=0),
    "429, asking for a date that is over": Reply.refused(
        429, retry_after=datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    ),
    "429, asking for nonsense": Reply.refused(429, retry_after="soon"),
    "500": Reply.refused(500),
    "502 of a proxy": Reply.malformed(b"<html>Bad Gateway</html>", status=502),
    "503": Reply.refused(503),
    "504": Reply.refused(504),
    "not JSON": Reply.malformed(),
    "not JSON, though taken": Reply.malformed(taken=True),
    "success: false": Reply.unsuccessful(),
    "success: false, too many": Reply.unsuccessful("RATE_LIMITED"),
    "reset within the request": Reply.reset("request"),
    "reset before the answer": Reply.reset("unanswered"),
    "reset within the answer": Reply.reset("midway"),
    "half-closed before the answer": Reply.half_closed("unanswered"),
    "half-closed within the answer": Reply.half_closed("midway", taken=True),
}


@pytest.mark.parametrize("reply", TRANSIENT.values(), ids=TRANSIENT)
def test_what_passes_is_tried_again(api, pipeline, said, reply, monkeypatch):
    monkeypatch.setattr(pipelines, "LINGER_SECONDS", 0.0)
    api.answer(reply, reply, reply)
    entities = program()
    pipe = pipeline()
    pipe.take(entities)
    api.wait_for(lambda: len(api.requests) == 4 and api.requests[3].status == 200)
    counts = pipe.flush(60)

    assert (counts.delivered, counts.pending, counts.dropped, counts.refusal) == (7, 0, {}, None)
    # Some were read in part.
    assert all(api.requests[3].body.startswith(request.body) for request in api.requests)
    assert len(said(logging.WARNING)) == 1
    assert "does not take batches" in said(logging.WARNING)[0]
    assert any("takes batches again after 3 failed tries" in line for line in said())


def test_a_server_that_hangs_is_given_up_on(api, pipeline):
    api.answer(Reply.hanging(), Reply.hanging(taken=True))
    # Long enough for an answer that does come, however busy the machine is.
    pipe = pipeline(seconds=1.0)
    pipe.take(program())
    api.wait_for(lambda: api.requests and api.requests[-1].status == 200)

    assert pipe.flush(60).delivered == 7
    assert len(api.requests) == 3


@pytest.mark.parametrize("pause", [0.05, 0.15])
def test_a_server_that_drips_is_given_up_on(api, pipeline, said, pause):
    # Each byte comes well within the time that is given to the whole: an answer of 120 would take many times as long.
    api.answer(Reply.dripping(pause))
    pipe = pipeline(seconds=1.0)
    pipe.take(program())
    api.wait_for(lambda: len(api.requests) == 2 and api.requests[1].status == 200)

    assert pipe.flush(60).delivered == 7
    assert "the answer came too slowly" in said(logging.WARNING)[0] or "timed out" in said(logging.WARNING)[0]


def test_a_slow_answer_that_is_whole_in_time_counts(api, pipeline):
    api.answer(Reply.dripping(0.0005))
    pipe = pipeline()
    pipe.take(program())

    assert pipe.flush(60).delivered == 7
    assert len(api.requests) == 1


def test_a_server_that_is_down_for_a_while(api, pipeline):
    pipe = pipeline()
    with api.down():
        for _ in range(100):
            pipe.take(program())
        counts = pipe.flush(0.2)
        assert (counts.delivered, counts.pending) == (0, 700)

    assert pipe.flush(60).delivered == 700


def test_a_server_that_goes_down_between_two_requests(api, pipeline):
    pipe = pipeline()
    pipe.take(program())
    pipe.flush(60)
    with api.down():
        pipe.take(program())
        assert pipe.flush(0.1).pending == 7

    assert pipe.flush(60).delivered == 14


def test_nothing_listens(pipeline, api, said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        pipe = pipeline(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        pipe.take(program())
        counts = pipe.flush(0.2)
        pipe.shutdown(0.1)

    assert (counts.delivered, counts.pending, counts.refusal) == (0, 7, None)
    assert "Connection refused" in said(logging.WARNING)[0]


def test_a_certificate_that_nobody_vouches_for(pipeline, said):
    with NativeApi(certificate_for="127.0.0.1") as secure:
        pipe = pipeline(url=secure.url)
        pipe.take(program())
        secure.wait_for(lambda: secure.failed_handshakes)
        counts = pipe.flush(0.1)
        pipe.shutdown(0.1)

    assert secure.requests == []
    assert (counts.delivered, counts.pending) == (0, 7)
    assert "CERTIFICATE_VERIFY_FAILED" in said(logging.WARNING)[0]


def test_a_certificate_that_is_vouched_for(pipeline, monkeypatch):
    with NativeApi(certificate_for="127.0.0.1") as secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(secure.ca_file))
        pipe = pipeline(url=secure.url)
        pipe.take(program())
        assert pipe.flush(60).delivered == 7
        secure.check()


def test_a_certificate_for_another_host(pipeline, monkeypatch, said):
    with NativeApi(certificate_for="api.example.com") as secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(secure.ca_file))
        pipe = pipeline(url=secure.url)
        pipe.take(program())
        secure.wait_for(lambda: said(logging.WARNING) or secure.failed_handshakes)
        pipe.shutdown(0.1)

    assert secure.requests == []


def waits(api):
    times = [request.arrived for request in api.requests]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_how_long(api, pipeline, status):
    api.answer(Reply.refused(status, retry_after=1))
    pipe = pipeline(backoff=Backoff(first=0.01, longest=0.02))
    pipe.take([run()])
    api.wait_for(lambda: len(api.requests) == 2)

    assert waits(api)[0] >= 1.0


def test_the_server_says_until_when(api, pipeline):
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    api.answer(Reply.refused(429, retry_after=until))
    pipe = pipeline(backoff=Backoff(first=0.01, longest=0.02))
    pipe.take([run()])
    api.wait_for(lambda: len(api.requests) == 2)

    # The header knows no fractions of seconds.
    assert time.time() >= until.timestamp() - 1.0


def test_waits_grow(api, pipeline):
    api.answer(*[Reply.refused(500)] * 5)
    pipe = pipeline(backoff=Backoff(first=0.02, longest=10.0, jitter=0.0))
    pipe.take([run()])
    api.wait_for(lambda: len(api.requests) == 6)

    planned = [0.02, 0.04, 0.08, 0.16, 0.32]
    assert all(wait >= plan for wait, plan in zip(waits(api), planned, strict=True))


def test_a_flush_tries_at_once(api, pipeline):
    api.answer(Reply.refused(500))
    pipe = pipeline(backoff=Backoff(first=3600.0, longest=3600.0))
    pipe.take([run()])
    api.wait_for(lambda: api.requests and api.requests[0].status)

    assert pipe.flush(60).delivered == 1


def test_a_connection_is_kept(api, pipeline, monkeypatch):
    made = []
    connect = urllib3.connection.HTTPConnection.connect
    monkeypatch.setattr(
        urllib3.connection.HTTPConnection, "connect", lambda self: (made.append(self), connect(self))[1]
    )
    pipe = pipeline()
    for _ in range(5):
        pipe.take([run()])
        pipe.flush(60)

    assert len(api.requests) == 5
    assert len(made) == 1

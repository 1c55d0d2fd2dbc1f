"""The key appears in the request's header, and nowhere else: no log, repr, error or result, whatever goes wrong."""

import gc
import logging
import types

import pytest
import urllib3

from tests.deliver.entities import program
from tests.deliver.pipelines import connection
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.record.settings import Settings
from warpmetrics_otel.testing import Reply
from warpmetrics_otel.timed import connections

KEY = "wm_live_9f3c2b7ad1e84c55"
# A proxy's page that shows the request it does not like.
ECHO = Reply.malformed(f'{{"error": {{"message": "bad header: Bearer {KEY}"}}}}'.encode(), status=401)

WRONG = {
    "401": Reply.refused(401),
    "404": Reply.refused(404),
    "400": Reply.refused(400),
    "413": Reply.refused(413),
    "429": Reply.refused(429),
    "500": Reply.refused(500),
    "malformed": Reply.malformed(),
    "redirect": Reply.redirected("http://127.0.0.1:1/"),
    "reset": Reply.reset(),
    "half-closed": Reply.half_closed(),
    "an answer with the key in it": ECHO,
}


@pytest.fixture
def everything_said(caplog):
    """All loggers, those of urllib3 included, with their tracebacks and arguments."""
    caplog.set_level(logging.DEBUG)
    formatter = logging.Formatter("%(name)s %(message)s")

    def text():
        return "\n".join(f"{formatter.format(record)} {record.args}" for record in caplog.records)

    return text


@pytest.mark.parametrize("reply", WRONG.values(), ids=WRONG)
def test_the_key_is_in_no_log_and_no_result(api, pipeline, everything_said, reply):
    api.answer_always(reply)
    pipe = pipeline(key=KEY)
    pipe.take(program())
    counts = pipe.flush(0.5)
    stopped = pipe.shutdown(0.1)

    assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in everything_said()
    assert KEY not in repr((counts, stopped, pipe, pipe.transport, pipe.__dict__))


@pytest.mark.parametrize("key", [f"{KEY}\nx", KEY + "☃", "\0" + KEY])
def test_a_key_that_cannot_be_sent_is_not_shown(api, pipeline, everything_said, key):
    api.allow.add("auth")
    pipe = pipeline(key=key)
    pipe.take(program())
    counts = pipe.flush(1)
    assert KEY not in everything_said() + repr(counts)


def test_the_key_is_in_no_repr_of_what_holds_it(api, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    # Another one: replies of the stand-in show the one above.
    key = "wm_live_6d21e0fb8c9a4757"
    settings = Settings.read({"api_key": key})
    wm = Warpmetrics(api_key=key, api_url=api.url)
    held = connection(api_key=key, api_url=api.url)
    try:
        wm.flush(60)
        # Containers and frames show what is in them; of objects only what they say of themselves counts.
        ours = [one for one in gc.get_objects() if str(type(one).__module__).startswith("warpmetrics_otel")]
        shown = [repr(one) for one in ours if not isinstance(one, types.ModuleType)]
        assert any("Transport(" in text for text in shown)
        assert [text for text in shown if key in text] == []
        assert key not in repr(settings) + str(settings)
    finally:
        held.shutdown(1)
        wm.shutdown(1)


def test_an_address_with_credentials_is_shown_without_them():
    transport = Transport("http://user:hunter2@127.0.0.1:1", KEY, None, "0.1.0", 1.0)
    answer = transport.send(b"{}")
    assert "hunter2" not in repr(transport) + repr(answer) + transport.url
    transport.close()


def test_requests_verify_certificates_by_default():
    pool = connections().connection_from_url("https://127.0.0.1:1")
    assert isinstance(pool, urllib3.HTTPSConnectionPool)
    assert pool.cert_reqs in (None, "CERT_REQUIRED", 2)

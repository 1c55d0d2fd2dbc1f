"""Every way in which the stand-in can be told to misbehave, as a client sees it."""

import datetime
import email.utils
import http.client
import json
import socket

import pytest
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from tests.testing.native_api import sending
from tests.testing.native_api.sending import batch, causes, envelope, headers, in_thread, rules, run
from warpmetrics_otel.testing import NativeApi, Reply

CODES = {
    401: "UNAUTHORIZED",
    403: "UNAUTHORIZED",
    404: "NOT_FOUND",
    408: "VALIDATION_ERROR",
    413: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "INTERNAL_ERROR",
}


@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_a_refusal_comes_once_and_its_batch_may_come_again(api, client, status, code):
    api.answer(Reply.refused(status))
    content = batch(runs=[run()])
    refused = client.post(content)
    assert (refused.status, refused.json()["success"], refused.json()["error"]["code"]) == (status, False, code)
    assert "Retry-After" not in refused.headers
    assert client.post(content).status == 200
    assert api.batches == [content]
    assert api.violations == []
    assert [(request.status, request.taken) for request in api.requests] == [(status, False), (200, True)]
    assert api.requests[0].batch == content


def test_retry_after_comes_in_seconds_as_a_date_or_as_it_is(api, client):
    date = datetime.datetime(2026, 11, 1, 12, 0, 5, tzinfo=datetime.UTC)
    api.answer(*(Reply.refused(429, retry_after=value) for value in (7, date, "soon")))
    given = [client.post(batch()).headers["Retry-After"] for _ in range(3)]
    assert given == ["7", "Sun, 01 Nov 2026 12:00:05 GMT", "soon"]
    assert email.utils.parsedate_to_datetime(given[1]) == date


def test_replies_are_queued_and_may_hold_until_told_to_behave(api, client):
    api.answer_always(Reply.refused(503))
    api.answer(Reply(), Reply.refused(500))
    assert [client.post(batch()).status for _ in range(4)] == [200, 500, 503, 503]
    api.behave()
    assert client.post(batch()).status == 200


def test_other_paths_can_misbehave_on_their_own(api, client):
    api.answer(Reply.refused(503), path="/health")
    assert client.post(batch()).status == 200
    assert [client.get("/health").status for _ in range(2)] == [503, 200]


def test_a_body_over_the_size_is_refused_by_its_size(api, client):
    small, large = envelope(batch(runs=[run()])), envelope(batch(runs=[run(), run()]))
    api.max_body = len(small)
    assert client.post(large).status == 413
    assert client.post(small).status == 200
    assert [(len(request.batch["runs"]), request.taken) for request in api.requests] == [(2, False), (1, True)]
    assert api.violations == []


def test_an_answer_can_be_no_json(api, client):
    api.answer(Reply.malformed(), Reply.malformed(b"<html>", status=502))
    first, second = client.post(batch()), client.post(batch())
    with pytest.raises(json.JSONDecodeError):
        first.json()
    assert (first.status, second.status, second.data) == (200, 502, b"<html>")


def test_status_200_can_come_without_success(api, client):
    api.answer(Reply.unsuccessful("VALIDATION_ERROR"))
    answer = client.post(batch(runs=[run()]))
    assert (answer.status, answer.json()["success"], answer.json()["error"]["code"]) == (200, False, "VALIDATION_ERROR")
    assert api.batches == []


def test_a_redirect_points_where_it_was_told(api, client):
    api.answer(Reply.redirected("http://127.0.0.1:1/elsewhere", status=308))
    answer = client.post(batch())
    assert (answer.status, answer.headers["Location"]) == (308, "http://127.0.0.1:1/elsewhere")


def test_a_dripping_answer_is_right_and_comes_byte_by_byte(api):
    api.answer(Reply.dripping(0.002))
    content = batch(runs=[run()])
    connection = begun(api, content)
    parts = []
    with connection.sock as raw:
        while not parts or not parts[-1].endswith(b"}"):
            parts.append(raw.recv(4096))
    # Who reads late on a busy machine gets several at a time, and never all of them.
    assert len(parts) > 1
    assert b"".join(parts).startswith(b"HTTP/1.1 200 OK\r\n")
    assert api.batches == [content]


def test_a_dripping_answer_stops_when_the_server_does():
    with NativeApi() as api, sending.client(api) as client:
        api.answer(Reply.dripping(3600))
        seen = in_thread(lambda: client.post(batch(runs=[run()])))
        api.wait_for(lambda: api.requests[0].status if api.requests else None)
    assert isinstance(seen(), ProtocolError)
    assert (len(api.batches), api.requests[0].status) == (1, None)


def test_a_client_that_gave_up_on_a_dripping_answer_may_send_again(api, client):
    api.answer(Reply.dripping(3600))
    content = batch(runs=[run()])
    connection = begun(api, content)
    api.wait_for(lambda: api.batches)
    connection.close()
    assert client.post(content).status == 200
    assert api.violations == []
    api.go_down()


def test_a_clients_read_timeout_sees_what_hangs(api, client):
    api.answer(Reply.hanging())
    with pytest.raises(ReadTimeoutError):
        client.post(batch(), timeout=0.1)


def begun(api, content):
    """A connection with a request sent and no answer read."""
    connection = http.client.HTTPConnection("127.0.0.1", int(api.url.rpartition(":")[2]))
    connection.request("POST", "/v1/events", envelope(content), headers())
    return connection


def test_what_hangs_is_answered_when_told_to_behave(api, client):
    api.answer(Reply.hanging())
    content = batch(runs=[run()])
    answer = in_thread(lambda: client.post(content))
    api.wait_for(lambda: api.requests)
    assert (api.batches, api.requests[0].status) == ([], None)
    api.behave()
    assert answer().status == 200
    assert api.batches == [content]


def test_who_has_gone_while_it_hung_was_not_heard(api, client):
    api.answer(Reply.hanging())
    content = batch(runs=[run()])
    connection = begun(api, content)
    api.wait_for(lambda: api.requests)
    # The end of a client that has gone, seen by the server; that it gets no answer is seen by the test.
    connection.sock.shutdown(socket.SHUT_WR)
    assert client.post(content).status == 200
    api.behave()
    assert connection.sock.recv(1) == b""
    connection.close()
    assert api.batches == [content]
    assert api.violations == []


def test_what_hangs_may_have_been_taken_in_all_the_same(api, client):
    api.answer(Reply.hanging(taken=True))
    content = batch(runs=[run()])
    connection = begun(api, content)
    assert api.wait_for(lambda: api.batches) == [content]
    connection.close()
    assert client.post(content).status == 200
    assert (len(api.batches), api.violations) == (2, [])


def test_what_hangs_does_not_keep_the_server_from_closing():
    with NativeApi() as api, sending.client(api) as client:
        api.answer_always(Reply.hanging())
        seen = in_thread(lambda: client.post(batch(runs=[run()])))
        api.wait_for(lambda: api.requests)
    assert isinstance(seen(), ProtocolError)
    assert api.batches == []


CUTS = ("request", "unanswered", "midway")


@pytest.mark.parametrize("cut", CUTS)
def test_a_reset_breaks_the_connection_where_it_was_told(api, client, cut):
    api.answer(Reply.reset(cut))
    content = batch(runs=[run(opts={"text": "x" * 50_000})])
    with pytest.raises(ProtocolError) as raised:
        client.post(content)
    # While its request is still being sent, a client may also see a broken pipe or an early end.
    assert cut == "request" or any(type(error) is ConnectionResetError for error in causes(raised.value))
    assert (len(api.requests[0].body) < len(envelope(content))) == (cut == "request")
    assert (api.batches, api.requests[0].status) == ([], None)
    assert client.post(content).status == 200
    assert api.violations == []


@pytest.mark.parametrize("cut", CUTS)
def test_a_half_closed_connection_ends_too_early_without_a_reset(api, cut):
    api.answer(Reply.half_closed(cut))
    connection = begun(api, batch(runs=[run()]))
    try:
        if cut == "midway":
            response = connection.getresponse()
            assert response.status == 200
            with pytest.raises(http.client.IncompleteRead):
                response.read()
        else:
            with pytest.raises(http.client.RemoteDisconnected):
                connection.getresponse()
    finally:
        connection.close()
    assert api.batches == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply.refused(500, taken=True),
        Reply.unsuccessful(taken=True),
        Reply.malformed(taken=True),
        Reply.reset(taken=True),
        Reply.half_closed("unanswered", taken=True),
    ],
)
def test_a_batch_can_be_taken_in_before_things_go_wrong_and_may_then_come_once_more(api, client, reply):
    api.answer(reply)
    content = batch(runs=[run()])
    answer = in_thread(lambda: client.post(content))()
    assert isinstance(answer, ProtocolError) or answer.status in (200, 500)
    assert api.batches == [content]
    client.post(content)
    assert api.violations == []
    client.post(content)
    assert rules(api) == ["duplicate"]


def test_it_can_be_down_for_a_while_on_the_same_port(api, client):
    url, content = api.url, batch(runs=[run()])
    assert client.post(content).status == 200
    with api.down():
        with pytest.raises((ProtocolError, NewConnectionError)):
            client.post(batch())
        with pytest.raises(NewConnectionError):
            client.post(batch())
    assert api.url == url
    assert client.post(batch(runs=[run()])).status == 200
    assert len(api.entities("runs")) == 2


def test_down_twice_is_down(api, client):
    api.go_down()
    api.go_down()
    with pytest.raises(NewConnectionError):
        client.post(batch())
    api.come_back()
    api.come_back()
    assert client.post(batch()).status == 200

import datetime
import email.utils
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.deliver.verdict import Verdict, judge, retry_after

NOW = datetime.datetime(2026, 2, 1, 10, 0, 0, tzinfo=datetime.UTC)
DELIVERED, TRANSIENT, REFUSED, INVALID, TOO_LARGE = Verdict
DATE = email.utils.format_datetime(NOW + datetime.timedelta(seconds=90), usegmt=True)


def body(code=None, **more):
    error = {} if code is None else {"error": {"message": "why", "code": code}}
    return json.dumps({"success": code is None, **error, **more}).encode()


ANSWERS = [
    (200, body(data={"received": 1, "processed": 1}), DELIVERED),
    (200, body(received=1, processed=1), DELIVERED),
    (201, body(), DELIVERED),
    (202, b"{}", DELIVERED),
    (204, b"", DELIVERED),
    (200, b"", TRANSIENT),
    (200, b'{"success": tru', TRANSIENT),
    (200, b"<html>welcome</html>", TRANSIENT),
    (200, b"[]", TRANSIENT),
    (200, b"[" * 100_000, TRANSIENT),
    (200, b"\xff\xfe", TRANSIENT),
    (200, body("INTERNAL_ERROR"), TRANSIENT),
    (200, body("RATE_LIMITED"), TRANSIENT),
    (200, body("UNAUTHORIZED"), REFUSED),
    (200, body("NOT_FOUND"), REFUSED),
    (200, body("VALIDATION_ERROR"), INVALID),
    (200, body("SOMETHING_NEW"), INVALID),
    (200, b'{"success": false, "error": "text"}', INVALID),
    (301, b"", REFUSED),
    (307, b"", REFUSED),
    (400, body("VALIDATION_ERROR"), INVALID),
    (401, body("UNAUTHORIZED"), REFUSED),
    (402, b"", REFUSED),
    (403, b"<html>", REFUSED),
    (404, body("NOT_FOUND"), REFUSED),
    (405, b"", REFUSED),
    (408, b"", TRANSIENT),
    (409, b"", INVALID),
    (410, b"", REFUSED),
    (413, b"", TOO_LARGE),
    (422, b"", INVALID),
    (425, b"", TRANSIENT),
    (429, body("RATE_LIMITED"), TRANSIENT),
    (500, body("INTERNAL_ERROR"), TRANSIENT),
    (501, b"", TRANSIENT),
    (503, b"", TRANSIENT),
    (599, b"", TRANSIENT),
]


@pytest.mark.parametrize(("status", "text", "verdict"), ANSWERS)
def test_what_an_answer_means(status, text, verdict):
    answer = judge(status, {}, text, NOW)
    assert answer.verdict is verdict
    assert answer.status == status
    assert verdict is DELIVERED or answer.reason.startswith(str(status))


def test_an_empty_answer_that_says_so_is_whole():
    assert judge(200, {"Content-Length": "0"}, b"", NOW).verdict is DELIVERED


def test_a_reason_says_what_the_server_said():
    assert judge(401, {}, body("UNAUTHORIZED"), NOW).reason == "401 UNAUTHORIZED: why"
    assert len(judge(500, {}, json.dumps({"error": {"message": "x" * 9999}}).encode(), NOW).reason) <= 300


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        (DATE, 90),
        ("Sun, 01 Feb 2026 10:01:30 -0000", 90),
        ("Sun, 01 Feb 2026 09:00:00 GMT", 0),
        ("999999999999", 86_400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("٣", None),
        ("Sun, 99 Feb 2026 10:01:30 GMT", None),
    ],
)
def test_how_long_a_server_asks_to_wait(text, seconds):
    assert retry_after({"retry-AFTER": text}, NOW) == seconds
    assert judge(429, {"Retry-After": text}, b"", NOW).retry_after == seconds
    assert judge(503, {"Retry-After": text}, b"", NOW).retry_after == seconds


@given(st.text(max_size=40))
def test_whatever_a_header_says_is_survived(text):
    seconds = retry_after({"Retry-After": text}, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@given(st.integers(200, 599), st.binary(max_size=60))
def test_whatever_is_answered_is_judged(status, text):
    answer = judge(status, {}, text, NOW)
    assert (answer.verdict is DELIVERED) <= (status < 300)

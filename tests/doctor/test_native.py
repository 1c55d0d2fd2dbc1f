"""Whether the API answers and accepts the key, asked of a real server that behaves and misbehaves."""

import socket

import pytest

from warpmetrics_otel.doctor import Status, examine
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply

HEALTH, HARMLESS = "/health", "/v1/runs"
SECONDS = 30.0


def found(url, key=NativeApi.key, **options) -> dict[str, tuple[Status, str]]:
    """Status and text by topic; of several findings the last."""
    report = examine({"api_key": key, "api_url": url, **options}, SECONDS)
    assert key not in str(report.to_json())
    return {each.topic: (each.status, each.text) for each in report.findings}


def test_an_api_in_good_health_is_asked_two_harmless_questions(api):
    findings = found(api.url)

    assert (findings["API"][0], findings["key"][0]) == (Status.FINE, Status.FINE)
    assert [(each.method, each.path) for each in api.requests] == [("GET", "/health"), ("GET", "/v1/runs?limit=1")]
    api.check()


def test_a_key_that_is_refused(api):
    api.keys = {"wm_test_another"}

    findings = found(api.url)

    assert findings["API"][0] is Status.FINE
    assert findings["key"][0] is Status.CHANGE
    assert "401" in findings["key"][1]


def test_a_key_that_may_not_read_the_project(api):
    api.answer(Reply.refused(403), path=HARMLESS)
    assert found(api.url)["key"][0] is Status.CHANGE


def test_an_organisation_names_its_project(api):
    found(api.url, "sk_test_org_abcdef", project_id="prj_1")
    assert {each.headers["x-project-id"] for each in api.requests} == {"prj_1"}


def test_an_api_that_is_down(api):
    with api.down():
        findings = found(api.url)

    assert findings["API"][0] is Status.CHANGE
    assert "Nothing answers" in findings["API"][1]
    assert findings["key"][0] is Status.UNKNOWN


def test_a_port_at_which_something_else_listens():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = examine(
            {"api_key": NativeApi.key, "api_url": f"http://127.0.0.1:{silent.getsockname()[1]}"}, seconds=0.2
        )
    assert [each.status for each in report.findings if each.topic == "API"] == [Status.CHANGE]


def test_a_page_that_is_no_api(api):
    for path in (HEALTH, HARMLESS):
        api.answer(Reply.malformed(b"<html>"), path=path)
    assert found(api.url)["API"][0] is Status.CHANGE


@pytest.mark.parametrize("reply", [Reply.refused(404), Reply.redirected("http://127.0.0.1:1/")])
def test_an_address_that_is_another_ones(api, reply):
    for path in (HEALTH, HARMLESS):
        api.answer(reply, path=path)

    findings = found(api.url)

    assert (findings["API"][0], findings["key"][0]) == (Status.CHANGE, Status.UNKNOWN)


@pytest.mark.parametrize("reply", [Reply.refused(503), Reply.refused(429)])
def test_an_api_that_is_ill_tells_nothing_of_the_key(api, reply):
    for path in (HEALTH, HARMLESS):
        api.answer(reply, path=path)
    report = examine({"api_key": api.key, "api_url": api.url}, SECONDS)
    assert (report.status, report.exit_code) == (Status.UNKNOWN, 2)


def test_an_api_without_a_health_page_that_accepts_the_key_is_fine(api):
    api.answer(Reply.refused(404), path=HEALTH)
    findings = found(api.url)
    assert (findings["API"][0], findings["key"][0]) == (Status.FINE, Status.FINE)


@pytest.mark.parametrize("reply", [Reply.reset(), Reply.half_closed(), Reply.hanging()])
def test_answers_that_break_off(api, reply):
    api.answer_always(reply, path=HEALTH)
    report = examine({"api_key": api.key, "api_url": api.url}, seconds=0.3)
    assert [each.status for each in report.findings if each.topic in ("API", "key")] == [Status.CHANGE, Status.UNKNOWN]
    assert api.key not in str(report.to_json())


def test_a_certificate_that_is_not_trusted():
    with NativeApi(certificate_for="127.0.0.1") as api:
        status, text = found(api.url)["API"]
        assert status is Status.CHANGE
        assert "certificate" in text.lower()
        assert [each.headers for each in api.requests] == []


def test_a_key_that_cannot_be_sent(api):
    findings = found(api.url, "wm_test_abcdef\nX-Evil: 1")
    assert findings["API"][0] is Status.CHANGE
    assert "No request" in findings["API"][1]


@pytest.mark.parametrize("url", ["http://", "http://[::1", "https://host:99999", "http://host:0"])
def test_what_is_no_address(url):
    assert found(url)["API"][0] is Status.CHANGE


@pytest.mark.parametrize(
    ("url", "open_to_all"),
    [("http://203.0.113.1:9", True), ("http://127.0.0.1:9", False), ("http://localhost:9", False)],
)
def test_a_key_is_not_to_travel_in_the_clear(url, open_to_all):
    report = examine({"api_key": "wm_test_abcdef", "api_url": url}, seconds=0.1)
    assert any("not encrypted" in each.text for each in report.findings) is open_to_all


def test_credentials_in_the_address_are_not_said(api):
    report = examine({"api_key": api.key, "api_url": api.url.replace("//", "//user:passw0rd@")}, SECONDS)
    assert "passw0rd" not in str(report.to_json())


def test_where_content_goes_is_said_unless_it_goes_nowhere(api):
    assert api.url in found(api.url)["content"][1]
    assert "content" not in found(api.url, native_content=False)


def test_without_a_key_nothing_is_asked(api):
    report = examine({"api_url": api.url, "otlp_file": "spans.jsonl"}, SECONDS)
    assert api.requests == []
    assert [each.text for each in report.findings if each.topic == "key"] == [
        "No key: nothing is sent to the native API."
    ]


def test_an_exporter_of_ours_without_a_key(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console,warpmetrics")
    assert [each.status for each in examine({}).findings if each.topic == "key"] == [Status.NOTE, Status.CHANGE]

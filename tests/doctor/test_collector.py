"""Whether something listens where OTLP goes."""

import socket

import pytest

from warpmetrics_otel.doctor import Status, examine


@pytest.fixture(autouse=True)
def _no_proxy_is_set(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def looked_at(monkeypatch, endpoint, variable="OTEL_EXPORTER_OTLP_ENDPOINT") -> list[Status]:
    monkeypatch.setenv(variable, endpoint)
    return [each.status for each in examine({}, seconds=30.0).findings if each.topic == "collector"]


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "http://127.0.0.1:{}/v1/traces", "127.0.0.1:{}"])
def test_something_listens(monkeypatch, listener, form):
    assert looked_at(monkeypatch, form.format(listener.getsockname()[1])) == [Status.FINE]


def test_the_endpoint_for_traces_is_the_one(monkeypatch, listener):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert looked_at(monkeypatch, endpoint, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == [Status.FINE]


def test_nothing_listens(monkeypatch):
    assert looked_at(monkeypatch, "http://127.0.0.1:1") == [Status.CHANGE]


def test_no_such_host(monkeypatch):
    assert looked_at(monkeypatch, "http://nowhere.invalid:4318") == [Status.CHANGE]


@pytest.mark.parametrize("endpoint", ["http://[::1", "unix:///run/collector", "http://localhost:many"])
def test_what_cannot_be_looked_at_is_unknown(monkeypatch, endpoint):
    assert looked_at(monkeypatch, endpoint) == [Status.UNKNOWN]


def test_behind_a_proxy_nothing_is_said_against_it(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert looked_at(monkeypatch, "http://nowhere.invalid:4318") == [Status.NOTE]


@pytest.mark.parametrize("named", ["none", "console"])
def test_where_no_otlp_is_sent_it_is_not_looked_at(monkeypatch, named):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", named)
    assert looked_at(monkeypatch, "http://127.0.0.1:1") == []

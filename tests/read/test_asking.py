"""Headers, addresses and proxies: what is typed, what is sent, and what is never shown."""

import socket

import pytest

from tests.read.backend_server import reply, send, serving
from warpmetrics_otel.read.asking import Asking, address, headers_from_variable, headers_of, proxy_for
from warpmetrics_otel.read.http import Http
from warpmetrics_otel.read.source import SourceError


def test_headers_as_options():
    assert headers_of(["Authorization: Bearer a:b", "X-Scope-OrgID:  team 1 "]) == {
        "authorization": "Bearer a:b",
        "x-scope-orgid": "team 1",
    }


def test_headers_as_a_variable():
    assert headers_from_variable("Authorization=Basic%20YTpi, x-scope-orgid = a=b ,", "VARIABLE") == {
        "authorization": "Basic YTpi",
        "x-scope-orgid": "a=b",
    }
    assert headers_from_variable("", "VARIABLE") == {}


@pytest.mark.parametrize(
    "line", ["s3cret", "a b: s3cret", "Name: s3cret\r\nOther: 1", ": s3cret", "Name: s3cret\N{SNOWMAN}"]
)
def test_a_header_that_cannot_be_read_is_told_by_its_number(line):
    with pytest.raises(SourceError) as raised:
        headers_of(["Fine: 1", line])
    assert str(raised.value).startswith("Header 2 is not of the form")
    assert "s3cret" not in str(raised.value)


def test_a_variable_that_cannot_be_read_is_told_by_its_name():
    with pytest.raises(SourceError, match="VARIABLE: pair 2 is not name=value") as raised:
        headers_from_variable("a=1,s3cret", "VARIABLE")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("http://127.0.0.1:16686", "http://127.0.0.1:16686"),
        (" https://host/base/ ", "https://host/base"),
        ("http://ann:pass@host:1/", "http://host:1"),
        ("http://host?token=s3cret#x", "http://host"),
        ("http://[::1]:3200", "http://[::1]:3200"),
    ],
)
def test_an_address_without_what_cannot_be_shown(typed, shown):
    found = address(typed, "Jaeger")
    assert found.url == shown
    assert "pass" not in repr(found)


@pytest.mark.parametrize(
    "typed", ["localhost:16686", "host", "ftp://host", "http://", "http://host:x", "http://host:99999", ""]
)
def test_what_is_no_address(typed):
    with pytest.raises(SourceError, match="address of Jaeger has to be an http:// or https:// URL"):
        address(typed, "Jaeger")


def test_an_address_that_lacks_only_its_beginning_is_guessed():
    with pytest.raises(SourceError, match="perhaps http://localhost:16686"):
        address("localhost:16686", "Jaeger")


def test_secrets_are_in_no_repr():
    asking = Asking({"Authorization": "s3cret"}, "http://ann:s3cret@proxy:1")
    assert "s3cret" not in repr(asking)


def test_the_proxy_that_is_named_is_asked_with_its_password():
    with serving(reply(200, {"through": "the proxy"})) as proxy:
        http = Http(
            "Jaeger", "http://jaeger.invalid:16686/base", Asking(proxy=proxy.url.replace("//", "//ann:b%40c@")), port=1
        )
        assert http.document(http.get("/api")) == {"through": "the proxy"}
    (request,) = proxy.requests
    assert request.line == "GET http://jaeger.invalid:16686/base/api HTTP/1.1"
    assert request.headers["proxy-authorization"] == "Basic YW5uOmJAYw=="
    assert "authorization" not in request.headers


def test_the_proxy_of_the_environment_and_its_exceptions(monkeypatch):
    with serving(reply(200, {})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        Http("Tempo", "http://tempo.invalid", Asking(), port=1).get("/api")
        with serving(reply(200, {})) as server:
            Http("Tempo", server.url, Asking(), port=1).get("/api")
    assert (len(proxy.requests), len(server.requests)) == (1, 1)
    assert proxy_for("http://127.0.0.1:3200", None) is None


def test_a_proxy_for_tls_gets_a_tunnel_and_no_header_of_the_request(monkeypatch):
    with serving(lambda connection, request: send(connection, 407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        http = Http("Jaeger", "https://jaeger.invalid", Asking({"Authorization": "s3cret"}), port=1)
        with pytest.raises(SourceError, match=f"through the proxy {proxy.url}") as raised:
            http.get("/api")
    (request,) = proxy.requests
    assert request.line.startswith("CONNECT jaeger.invalid:443")
    assert "s3cret" not in str(request.headers) + str(raised.value)


def test_a_proxy_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    http = Http("Jaeger", "http://jaeger.invalid", Asking(proxy=f"127.0.0.1:{port}"), port=1)
    with pytest.raises(SourceError, match=rf"through the proxy http://127.0.0.1:{port} cannot be reached"):
        http.get("/api")

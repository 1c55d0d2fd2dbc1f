"""What is said of a backend that is not there, is something else, refuses, or answers badly: over real sockets."""

import gzip
import socket
import ssl
import subprocess
import threading

import pytest

from tests.read.backend_server import reply, send, serving
from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.backend import Window
from warpmetrics_otel.read.http import Http
from warpmetrics_otel.read.jaeger import Jaeger
from warpmetrics_otel.read.source import SourceError
from warpmetrics_otel.read.tempo import Tempo

TRACE = "0" * 31 + "1"
WINDOW = Window(0, 10**9)
PAGE = b"<!DOCTYPE html><html><body>Grafana</body></html>"
BACKENDS = [Jaeger, Tempo]

both = pytest.mark.parametrize("backend", BACKENDS, ids=["jaeger", "tempo"])


def complaint(backend, url, *, search=False, **settings) -> str:
    """What reading a trace, or searching, says when it fails."""
    asked = backend(url, Asking(**settings))
    with pytest.raises(SourceError) as raised:
        asked.search("key", ["value"], WINDOW, "service") if search else list(asked.traces([TRACE]))
    return str(raised.value)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


@both
def test_nothing_listens(backend, closed_port):
    said = complaint(backend, f"http://127.0.0.1:{closed_port}/")
    assert f" at http://127.0.0.1:{closed_port} cannot be reached: connection refused. Is this the address" in said
    assert str({Jaeger: 16686, Tempo: 3200}[backend]) in said


def test_a_host_that_has_no_address():
    said = complaint(Jaeger, "http://backend.invalid:16686")
    assert "its host name has no address" in said


@both
@pytest.mark.parametrize("search", [False, True])
def test_a_web_page_answers(backend, search):
    with serving(reply(200, PAGE, "text/html; charset=utf-8")) as server:
        said = complaint(backend, server.url, search=search)
    assert "answered with a web page. Is this the address of" in said


@both
@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (404, "text/plain", b"404 page not found"),
        (404, "text/html", PAGE),
        (200, "text/plain", b"hello"),
        (200, "application/json", b'"hello"'),
        (200, "application/json", b'{"hello": 1}'),
        (200, "application/json", b"[" * 100_000),
    ],
)
def test_something_else_answers(backend, status, media, body):
    with serving(reply(status, body, media)) as server:
        said = complaint(backend, server.url)
    assert "Is this the address of" in said


@both
def test_something_that_is_no_http(backend):
    with serving(lambda connection, request: connection.sendall(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00")) as server:
        said = complaint(backend, server.url)
    assert "speaks something else than HTTP" in said


@both
def test_something_that_hangs_up(backend):
    with serving(lambda connection, request: None) as server:
        said = complaint(backend, server.url)
    assert "closed the connection without an answer" in said


@both
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("search", [False, True])
def test_refused_and_what_was_sent_is_not_shown(backend, status, search):
    with serving(reply(status, {"error": "no token: s3cret"})) as server:
        said = complaint(backend, server.url, search=search, headers={"Authorization": "Bearer s3cret"})
    assert f"refused with status {status}" in said
    assert "--header" in said
    assert "s3cret" not in said
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer s3cret"]


def test_a_user_and_password_in_the_address_are_sent_and_not_shown():
    with serving(reply(401)) as server:
        said = complaint(Jaeger, server.url.replace("//", "//ann:pa%40ss@"))
    assert "pa@ss" not in said
    assert "pa%40ss" not in said
    assert server.requests[0].headers["authorization"] == "Basic YW5uOnBhQHNz"


@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_a_server_that_repeats_what_it_was_sent_does_not_have_it_shown(status):
    said = b"bad header 'authorization: Bearer s3cret-token' of tenant-7"
    with serving(reply(status, said, "text/plain")) as server:
        told = complaint(
            Jaeger, server.url, headers={"authorization": "Bearer s3cret-token", "x-scope-orgid": "tenant-7"}
        )
    assert "bad header 'authorization: [a header]' of [a header]" in told.replace("\\", "")
    assert "s3cret" not in told


@both
def test_a_login_in_front(backend):
    with serving(reply(302, Location="https://login.example/?next=1")) as server:
        said = complaint(backend, server.url)
    assert "sends on to https://login.example/?next=1 with status 302, which is not followed" in said


def test_an_error_of_the_backend_is_told_in_its_words():
    with serving(reply(400, b"range specified by start and end exceeds 24h0m0s", "text/plain")) as server:
        said = complaint(Tempo, server.url, search=True)
    assert "status 400: range specified by start and end exceeds 24h0m0s" in said


@both
def test_a_server_that_never_answers(backend):
    over = threading.Event()
    try:
        with serving(lambda connection, request: over.wait()) as server:
            said = complaint(backend, server.url, seconds=0.1)
            over.set()
    finally:
        over.set()
    assert "did not answer within 0.1 s" in said
    assert "--timeout" in said


@both
def test_a_server_that_drips_its_answer(backend):
    over = threading.Event()

    def drip(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b" ")

    try:
        with serving(drip) as server:
            said = complaint(backend, server.url, seconds=0.3)
            over.set()
    finally:
        over.set()
    assert "did not answer within 0.3 s" in said


@both
def test_an_answer_that_breaks_off(backend):
    with serving(reply(200, b'{"result": ', Content_Length=5000)) as server:
        said = complaint(backend, server.url)
    assert "broke off in the middle of its answer" in said


def test_an_answer_that_cannot_be_decompressed():
    with serving(reply(200, b"nonsense", Content_Encoding="gzip")) as server:
        said = complaint(Jaeger, server.url)
    assert "cannot be decompressed" in said


def test_an_answer_without_end_is_not_taken():
    with serving(reply(200, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")) as server:
        http = Http("Jaeger", server.url, Asking(), port=1, most_bytes=1_000_000)
        with pytest.raises(SourceError, match=r"answered with more than 1 MB\. Ask for less"):
            http.get("/")


def test_a_busy_backend_is_asked_again():
    statuses = iter([503, 429, 200])
    with serving(lambda connection, request: send(connection, next(statuses), {})) as server:
        answer = Http("Jaeger", server.url, Asking(), port=1, pauses=(0.0, 0.0)).get("/")
    assert (answer.status, len(server.requests)) == (200, 3)


def test_a_backend_that_stays_busy():
    with serving(reply(503, b"too many jobs", "text/plain")) as server:
        http = Http("Tempo", server.url, Asking(), port=1, pauses=(0.0, 0.0))
        with pytest.raises(SourceError, match=r"busy or has trouble \(status 503: too many jobs\)"):
            http.get("/")
    assert len(server.requests) == 3


def test_a_backend_that_wants_a_long_rest_is_not_waited_for():
    with serving(reply(429, Retry_After="3600")) as server:
        assert "busy" in complaint(Jaeger, server.url)
    assert len(server.requests) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, own = folder / "key.pem", folder / "own.pem"
    kind = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    options = [*kind.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", own]
    subprocess.run(["openssl", "req", *options], check=True, capture_output=True)
    return own, key


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_a_certificate_that_nobody_vouches_for(tls):
    with serving(reply(200, {"result": {}}), tls) as server:
        said = complaint(Jaeger, server.url)
    assert "has a certificate that cannot be verified" in said
    assert "SSL_CERT_FILE" in said
    assert server.requests == []


def test_a_certificate_that_a_file_of_authorities_vouches_for(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with serving(reply(200, {"result": {}}), tls) as server:
        assert list(Jaeger(server.url, Asking()).traces([TRACE])) == []


def test_tls_to_a_port_without():
    with serving(reply(200)) as server:
        said = complaint(Jaeger, server.url.replace("http:", "https:"))
    assert "speaks no TLS: perhaps its address begins with http://" in said

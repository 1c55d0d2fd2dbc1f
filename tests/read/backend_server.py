"""A server of the tests' own on a real socket, which answers each request as a test says, or misbehaves as it says."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Request(NamedTuple):
    """What was asked: `query` holds the last value of each name, `headers` has lower-case names."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    line: str


class Server:
    """Where it is, and what it was asked so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []


@contextmanager
def serving(answer: Callable[[socket.socket, Request], object], tls: ssl.SSLContext | None = None):
    """Serve until the block ends: `answer(connection, request)` is called for every request, one a connection."""
    listening = socket.create_server(("127.0.0.1", 0))
    scheme = "https" if tls else "http"
    server = Server(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")
    connections = []
    threads = []

    def one(connection: socket.socket) -> None:
        try:
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
                connections.append(connection)
            request = _read(connection)
            if request is not None:
                server.requests.append(request)
                answer(connection, request)
        except OSError:
            pass  # the client has gone, which is what some tests are about
        finally:
            connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connections.append(connection)
            threads.append(threading.Thread(target=one, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is closed already
        for thread in threads:
            thread.join()


def reply(status=200, body=b"", media="application/json", **headers) -> Callable[[socket.socket, Request], None]:
    """Answer every request like this; a body that is no bytes goes as JSON."""

    def answer(connection: socket.socket, request: Request) -> None:
        send(connection, status, body, media, **headers)

    return answer


def send(connection: socket.socket, status=200, body=b"", media="application/json", **headers) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {media}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(content)}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)


def _read(connection: socket.socket) -> Request | None:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(65536)
        if not received:
            return None
        head += received
        if head[0] < 0x20:
            # TLS where none is spoken: HTTP servers say so at once.
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            return None
    first, *rest = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    target = urlsplit(first.split(" ")[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Request(target.path, {name: each[-1] for name, each in parse_qs(target.query).items()}, headers, first)

"""One connection: reads requests, and writes answers or what was told to come instead of them."""

from __future__ import annotations

import selectors
import socket
import struct
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from warpmetrics_otel.testing.native_api.listener import Listener
from warpmetrics_otel.testing.native_api.received import Received
from warpmetrics_otel.testing.native_api.reply import Cut, Reply
from warpmetrics_otel.testing.native_api.service import Answer

# On with no time to linger: closing sends a reset instead of what is left to send.
_NO_LINGER = struct.pack("ii", 1, 0)


class Handler(BaseHTTPRequestHandler):
    """Serves one connection, request by request."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Write nothing to stderr."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._serve()

    def _serve(self) -> None:
        desk = self.server.desk
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        received, reply, since = desk.arrive(self.command, self.path, headers)
        if "transfer-encoding" in headers:
            # The API's senders know how long their batches are.
            desk.note(received, 411)
            self.send_error(411)
            return
        if reply.cut == "request":
            received.body = self.rfile.read(length // 2)
            self._break(reply)
            return
        received.body = self.rfile.read(length)
        if len(received.body) < length:
            # The client has gone in the middle of its request, which the API would not take either.
            self.close_connection = True
            return
        answer = desk.answer(received, reply) if reply.taken or not reply.hang else None
        if reply.hang:
            desk.hang(since, self.server)
            if self.server.closing.is_set() or self._client_is_gone():
                self.close_connection = True
                return
        self._send(received, reply, answer or desk.answer(received, reply))

    def _send(self, received: Received, reply: Reply, answer: Answer) -> None:
        text = _as_http(answer)
        if reply.cut is not None:
            self.wfile.write(_part(text, answer, reply.cut))
            self._break(reply)
            return
        desk = self.server.desk
        # Before it is sent: who has read the answer must find it noted.
        desk.note(received, answer.status)
        try:
            self._write(text, reply.pause)
        except OSError:
            desk.note(received, None)
            raise

    def _write(self, text: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(text)
            return
        for byte in text:
            if self.server.closing.wait(pause):
                raise ConnectionAbortedError("the server stops in the middle of an answer")
            self.wfile.write(bytes([byte]))

    def _break(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            # Past the base class, which would shut the connection down in good order before closing it.
            socket.close(self.connection.detach())
            return
        self.connection.shutdown(socket.SHUT_WR)
        while self.connection.recv(65_536):
            pass

    def _client_is_gone(self) -> bool:
        # Nothing is to be read from who waits for an answer, except the end.
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            return bool(selector.select(0))


def _part(text: bytes, answer: Answer, cut: Cut) -> bytes:
    return text[: len(text) - len(answer.body) // 2 - 1] if cut == "midway" else b""


def _as_http(answer: Answer) -> bytes:
    phrase = HTTPStatus(answer.status).phrase
    headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.body)), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body

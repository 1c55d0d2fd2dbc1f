"""The HTTP side of the provider server: routes, scripted answers, server-sent events, broken connections."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import ModuleType, TracebackType
from typing import Any, Self

from warpmetrics_otel.testing.providers import (
    anthropic_messages,
    openai_chat,
    openai_embeddings,
    openai_responses,
)
from warpmetrics_otel.testing.providers.answer import Answer, Api, Request

_ROUTES: tuple[tuple[str, Api, ModuleType], ...] = (
    ("/chat/completions", "openai.chat", openai_chat),
    ("/responses", "openai.responses", openai_responses),
    ("/embeddings", "openai.embeddings", openai_embeddings),
    ("/messages", "anthropic.messages", anthropic_messages),
)


_PATIENCE_SECONDS = 5.0


class ProviderServer:
    """Listens on `port` of 127.0.0.1, a free one by default, while used as a context manager.

    Answers come from the queue filled by `answer`, and when that is empty from `respond`, a function
    of the request that gives a text or an `Answer`; without one the last message is echoed.
    """

    def __init__(self, respond: Callable[[Request], str | Answer] | None = None, port: int = 0) -> None:
        self.requests: list[Request] = []
        self._respond = respond or (lambda request: request.prompt)
        self._queue: deque[str | Answer] = deque()
        self._numbers = count(1)
        self._held: list[Answer] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.provider = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def answer(self, *answers: str | Answer) -> None:
        """Answer the next requests with these, in order, one each."""
        self._queue.extend(answers)

    @property
    def url(self) -> str:
        """Scheme, address and port."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def openai_base_url(self) -> str:
        """What `openai.OpenAI(base_url=…)` takes."""
        return f"{self.url}/v1"

    @property
    def anthropic_base_url(self) -> str:
        """What `anthropic.Anthropic(base_url=…)` takes."""
        return self.url

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release what is held, close every connection and wait until all threads have ended."""
        for answer in self._held:
            if answer.hold:
                answer.hold.release()
        self._server.shutdown()
        self._thread.join()
        # What was just released still goes out; only a client that does not read is cut off.
        self._server.cut_connections(socket.SHUT_RD)
        self._server.all_ended.wait(_PATIENCE_SECONDS)
        self._server.cut_connections(socket.SHUT_RDWR)
        self._server.server_close()

    def take(self, request: Request) -> tuple[Answer, int]:
        """The answer to a request that has just arrived, and its number; for the handler."""
        self.requests.append(request)
        given = self._queue.popleft() if self._queue else self._respond(request)
        answer = Answer(text=given) if isinstance(given, str) else given
        if answer.hold:
            self._held.append(answer)
        return answer, next(self._numbers)


class _Server(ThreadingHTTPServer):
    provider: ProviderServer
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, *args: Any) -> None:
        self.connections: set[socket.socket] = set()
        self.all_ended = threading.Event()
        self.all_ended.set()
        super().__init__(*args)

    def cut_connections(self, how: int) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(how)
            except OSError:
                # The client was faster: nothing is left to cut.
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that disconnect in the middle of a stream are what this server is for.
        return


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.all_ended.clear()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        super().finish()
        self.server.connections.discard(self.connection)
        if not self.server.connections:
            self.server.all_ended.set()

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.split("?", 1)[0]
        for ending, api, shape in _ROUTES:
            if path.endswith(ending):
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(api, self.path, headers, json.loads(raw))
                return self._answer(request, shape)
        return self._send_json(404, {"error": {"message": f"unknown path {path}"}}, {})

    def _answer(self, request: Request, shape: ModuleType) -> None:
        answer, number = self.server.provider.take(request)
        if answer.status != 200:
            # Clients retry after the time they are told; a millisecond keeps tests quick.
            return self._send_json(answer.status, shape.error(answer), {"retry-after-ms": "1", **answer.headers})
        if request.stream:
            return self._send_stream(answer, _broken(answer, request, shape, number))
        if answer.hold:
            answer.hold.wait()
        return self._send_json(200, shape.body(answer, request, number), dict(answer.headers))

    def _send_json(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self._head(status, {"content-type": "application/json", "content-length": str(len(data)), **headers})
        self.wfile.write(data)

    def _send_stream(self, answer: Answer, events: Iterator[tuple[str | None, dict[str, Any]] | None]) -> None:
        headers = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}
        self._head(200, {**headers, **answer.headers})
        for event in events:
            if event is None:
                self.close_connection = True
                return
            name, data = event
            self._chunk((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n")
        if self.path.split("?", 1)[0].endswith("/chat/completions"):
            self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"x-request-id": "req_local", "request-id": "req_local", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _broken(
    answer: Answer, request: Request, shape: ModuleType, number: int
) -> Iterator[tuple[str | None, dict[str, Any]] | None]:
    """The events of an answer with its hold and its failure midway; None means cut the connection."""
    for event in shape.events(answer, request, number):
        yield event
        if not _is_piece(event[1]):
            continue
        if answer.hold:
            answer.hold.wait()
        if answer.midway == "error":
            yield shape.midway_error(answer, request, number)
            return
        if answer.midway == "cut":
            yield None
            return


def _is_piece(data: dict[str, Any]) -> bool:
    if "choices" in data:
        return any(choice["delta"].get("content") for choice in data["choices"])
    return str(data.get("type", "")).endswith("delta")

"""What listens where an OTLP/HTTP exporter sends: the spans that arrive, as the records of `tests.e2e.otlp_json`.

For tests of what other processes export, without a backend. Waiting is for a condition, never for a time.
"""

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.e2e.otlp_json import Span, spans_of
from tests.patience import PATIENCE_S


class OtlpReceiver:
    """Listens on a free port of 127.0.0.1 while used as a context manager."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._arrived = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT takes."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def spans(self) -> list[Span]:
        """What has arrived by now, in that order."""
        with self._arrived:
            return list(self._spans)

    def wait(self, until: Callable[[list[Span]], bool]) -> list[Span]:
        """Return the spans once `until(spans)` is true; fails the test with those that came when it takes too long."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: until(self._spans), timeout=PATIENCE_S):
                raise AssertionError(f"waited {PATIENCE_S:.0f} s; what came: {self._spans}")
            return list(self._spans)

    def take(self, body: bytes) -> None:
        """Keep the spans of one request; for the handler."""
        request = ExportTraceServiceRequest.FromString(body)
        with self._arrived:
            self._spans += spans_of(MessageToDict(request))
            self._arrived.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    receiver: OtlpReceiver
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.receiver.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        return

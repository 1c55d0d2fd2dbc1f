"""A process that takes OTLP and native batches and counts: the far end of both sides, so that its work is nobody's CPU.

``python -m bench.collector [port]`` prints the port that it listens on.
"""

import base64
import http.server
import json
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Counts = dict[str, int]

_traces: list[bytes] = []
_batches: list[bytes] = []
_lock = threading.Lock()


@contextmanager
def collector(port: int = 0) -> Iterator[str]:
    """Start the receiving process; gives its URL."""
    command = [sys.executable, "-m", "bench.collector", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def counts(url: str) -> tuple[Counts, Counts]:
    """What came since the last time: spans, events and links; and entities by kind, each counted once."""
    with urllib.request.urlopen(url) as answer:
        spans, entities = json.load(answer)
    return spans, entities


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; decodes it only when asked for the counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take one OTLP request or one native batch."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        native = self.path == "/v1/events"
        with _lock:
            (_batches if native else _traces).append(body)
        self._answer(b'{"success": true}' if native else b"")

    def do_GET(self) -> None:
        """Say what came since the last time."""
        with _lock:
            traces, _traces[:] = _traces[:], []
            batches, _batches[:] = _batches[:], []
        self._answer(json.dumps([_spans(traces), _entities(batches)]).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _spans(bodies: list[bytes]) -> Counts:
    found = {"spans": 0, "events": 0, "links": 0}
    for body in bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                found["spans"] += len(scope.spans)
                found["events"] += sum(len(span.events) for span in scope.spans)
                found["links"] += sum(len(span.links) for span in scope.spans)
    return found


def _entities(bodies: list[bytes]) -> Counts:
    keys: set[tuple[str, object]] = set()
    for body in bodies:
        for kind, rows in json.loads(base64.b64decode(json.loads(body)["d"])).items():
            keys.update((kind, row.get("id") or (row["parentId"], row["childId"])) for row in rows)
    return Counter(kind for kind, _ in keys)


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()

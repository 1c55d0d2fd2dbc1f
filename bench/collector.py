"""A process that takes OTLP over HTTP and counts: the far end of both sides, so that its work is nobody's CPU."""

import http.server
import json
import threading

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_bodies: list[bytes] = []
_lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; decodes it only when asked for the counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take one OTLP request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with _lock:
            _bodies.append(body)
        self._answer(b"")

    def do_GET(self) -> None:
        """Say how many spans, events and links came since the last time."""
        with _lock:
            bodies, _bodies[:] = _bodies[:], []
        counts = {"spans": 0, "events": 0, "links": 0}
        for body in bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    counts["spans"] += len(scope.spans)
                    counts["events"] += sum(len(span.events) for span in scope.spans)
                    counts["links"] += sum(len(span.links) for span in scope.spans)
        self._answer(json.dumps(counts).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()

"""A real Jaeger v2 for end-to-end tests: started on free ports of 127.0.0.1 with memory storage, or a running one.

Only HTTP and the standard library are used to ask it, so that what a test sees is what Jaeger says and not what our
own reader makes of it.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.backend import Backend
from tests.e2e.otlp_json import Span, spans_of
from tests.e2e.server_process import folder_of, serving, wait_for
from tests.patience import PATIENCE_S
from tests.ports import free_ports
from tools.backends import JAEGER


class Jaeger(Backend):
    """A running Jaeger and what can be asked of it."""

    def found_trace(self, trace_id: str, until: Callable[[list[Span]], bool] = bool) -> list[Span]:
        """Return what ``trace`` does: it is in one place, where searches find it as soon as it is there."""
        return self.trace(trace_id, until)

    def trace_now(self, trace_id: str) -> list[Span]:
        """See `Backend`."""
        return spans_of(self._get(f"/api/v3/traces/{trace_id}"))

    def search(
        self, service: str, attributes: dict[str, str | int], until: Callable[[set[str]], bool] = bool
    ) -> set[str]:
        """Return the ids of a service's traces with a span that has these attributes, waiting as ``trace`` does."""
        # The attributes go to the older endpoint, the one that Jaeger's own page uses: Jaeger 2.13 leaves them
        # out of a search over /api/v3 and answers with every trace of the service.
        tags = json.dumps({key: str(value) for key, value in attributes.items()})
        query = urllib.parse.urlencode({"service": service, "tags": tags, "limit": 1000})

        def found() -> set[str]:
            return {trace["traceID"] for trace in self._get(f"/api/traces?{query}").get("data") or []}

        return wait_for(found, until, f"traces of {service} with {attributes}")

    def traces_of(self, service: str, until: Callable[[list[Span]], bool] = bool) -> list[Span]:
        """Return the spans of all traces of a service, found over /api/v3, waiting as ``trace`` does."""
        query = urllib.parse.urlencode(
            {
                "query.service_name": service,
                "query.start_time_min": "2000-01-01T00:00:00Z",
                "query.start_time_max": "2100-01-01T00:00:00Z",
                "query.num_traces": 1000,
            }
        )
        return wait_for(lambda: spans_of(self._get(f"/api/v3/traces?{query}")), until, f"traces of {service}")

    def _get(self, path: str) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(self.query_url + path, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return {}
            raise AssertionError(f"Jaeger answered {error.code} to {path}: {error.read(500)!r}") from error


@contextmanager
def running_jaeger() -> Iterator[Jaeger]:
    """Yield a Jaeger: the one ``JAEGER_QUERY_URL`` names, else one started here and stopped afterwards.

    A running one may also name ``JAEGER_OTLP_GRPC_URL`` and ``JAEGER_OTLP_HTTP_URL``; the usual ports are the default.
    Raises BackendUnavailableError when there is no binary to start.
    """
    if JAEGER.running:
        yield Jaeger.at(JAEGER.running)
        return
    binary = JAEGER.find()
    with folder_of("Jaeger") as folder:
        health, grpc, http, query, query_grpc = free_ports(5)
        config = folder / "config.json"
        config.write_text(json.dumps(_config(health, grpc, http, query, query_grpc)))
        with serving("Jaeger", [binary, "--config", config], f"http://127.0.0.1:{health}/status", folder):
            yield Jaeger(f"http://127.0.0.1:{query}", f"http://127.0.0.1:{grpc}", f"http://127.0.0.1:{http}")


def _config(health: int, otlp_grpc: int, otlp_http: int, query_http: int, query_grpc: int) -> dict[str, Any]:
    def at(port: int) -> dict[str, str]:
        return {"endpoint": f"127.0.0.1:{port}"}

    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            # Its own metrics and traces would take further ports, and go nowhere.
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": at(health)},
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 100_000}}}},
            "jaeger_query": {"storage": {"traces": "memory"}, "http": at(query_http), "grpc": at(query_grpc)},
        },
        "receivers": {"otlp": {"protocols": {"grpc": at(otlp_grpc), "http": at(otlp_http)}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
    }

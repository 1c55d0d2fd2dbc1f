"""A real Tempo for end-to-end tests: the single binary on free ports of 127.0.0.1, or a running one.

Only HTTP, the standard library and OpenTelemetry's own protobuf classes are used to ask it, so that what a test sees is
what Tempo says and not what our own reader makes of it.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.e2e.backend import Backend
from tests.e2e.otlp_json import Span, spans_of
from tests.e2e.server_process import folder_of, serving, wait_for
from tests.patience import PATIENCE_S
from tests.ports import free_ports
from tools.backends import TEMPO

# As much as it lets itself be asked for at once, nearly.
_DAYS = "160h"


class Tempo(Backend):
    """A running Tempo and what can be asked of it."""

    def found_trace(self, trace_id: str, until: Callable[[list[Span]], bool] = bool) -> list[Span]:
        """Return what ``trace`` does once a search finds each of these spans: a moment after it is there by its id."""
        spans = self.trace(trace_id, until)
        for span in spans:
            # Late spans of a trace are in another place, of which a search shows one only. And each is asked for by
            # what it is not: an id that begins with a byte of zeros is not found by itself.
            conditions = [f'trace:id = "{trace_id}"', f"name = {json.dumps(span.name)}"]
            conditions += [f'span:id != "{other.span_id}"' for other in spans if other is not span]
            query = f"{{ {' && '.join(conditions)} }}"
            wait_for(lambda query=query: self._span_ids(query), lambda found, span=span: span.span_id in found, query)
        return spans

    def _span_ids(self, traceql: str) -> set[str]:
        spans = [span for row in self.found(traceql) for matching in row["spanSets"] for span in matching["spans"]]
        return {span["spanID"].zfill(16) for span in spans}

    def trace_now(self, trace_id: str) -> list[Span]:
        """See `Backend`."""
        answer = self.get(f"/api/traces/{trace_id}", accept="application/protobuf")
        return spans_of(MessageToDict(TracesData.FromString(answer)))

    def search(
        self, service: str, attributes: dict[str, str | int], until: Callable[[set[str]], bool] = bool
    ) -> set[str]:
        """Return the ids of a service's traces with a span that has these attributes, waiting as ``trace`` does."""
        conditions = [f"span.{key} = {json.dumps(value)}" for key, value in attributes.items()]
        return self.query(
            f"{{ {' && '.join([f'resource.service.name = {json.dumps(service)}', *conditions])} }}", until
        )

    def query(self, traceql: str, until: Callable[[set[str]], bool] = bool) -> set[str]:
        """Return the ids of the traces that a TraceQL query finds, waiting as ``trace`` does."""
        return wait_for(lambda: {_padded(found["traceID"]) for found in self.found(traceql)}, until, traceql)

    def found(self, traceql: str, spans_per_trace: int = 20) -> list[dict[str, Any]]:
        """Return what a TraceQL query finds by now: a row a trace, with the spans that match."""
        query = urllib.parse.urlencode({"q": traceql, "limit": 1000, "spss": spans_per_trace})
        return json.loads(self.get(f"/api/search?{query}") or "{}").get("traces") or []

    def series(self, traceql: str, start_s: int, end_s: int, step: str = "60s") -> list[dict[str, Any]]:
        """Return the series that a TraceQL metrics query gives by now, between two times in seconds since 1970."""
        query = urllib.parse.urlencode({"q": traceql, "start": start_s, "end": end_s, "step": step})
        return json.loads(self.get(f"/api/metrics/query_range?{query}") or "{}").get("series") or []

    def get(self, path: str, accept: str = "application/json") -> bytes:
        """Return the body of an answer, empty when there is no such thing; fails the test on any other status."""
        request = urllib.request.Request(self.query_url + path, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return b""
            raise AssertionError(f"Tempo answered {error.code} to {path}: {error.read(500)!r}") from error


@contextmanager
def running_tempo() -> Iterator[Tempo]:
    """Yield a Tempo: the one ``TEMPO_URL`` names, else one started here and stopped afterwards.

    A running one may also name ``TEMPO_OTLP_GRPC_URL`` and
    ``TEMPO_OTLP_HTTP_URL``; the usual ports are the default.
    Raises BackendUnavailableError when there is no binary to start.
    """
    if TEMPO.running:
        yield Tempo.at(TEMPO.running)
        return
    with started_tempo(TEMPO.find()) as tempo:
        yield tempo


@contextmanager
def started_tempo(binary: Path, **sections: dict[str, Any]) -> Iterator[Tempo]:
    """Yield a Tempo that is started here and stopped afterwards, its configuration changed by these sections."""
    with folder_of("Tempo") as folder:
        query, own_grpc, gossip, grpc, http = free_ports(5)
        config = folder / "config.json"
        options = _config(folder, query, own_grpc, gossip, grpc, http)
        for section, changed in sections.items():
            options[section] |= changed
        config.write_text(json.dumps(options))
        with serving("Tempo", [binary, f"-config.file={config}"], f"http://127.0.0.1:{query}/ready", folder):
            yield Tempo(f"http://127.0.0.1:{query}", f"http://127.0.0.1:{grpc}", f"http://127.0.0.1:{http}")


def _config(folder: Path, query: int, own_grpc: int, gossip: int, otlp_grpc: int, otlp_http: int) -> dict[str, Any]:
    # YAML takes JSON. What is not said here is Tempo's default, above all the cut of attributes.
    own = f"127.0.0.1:{own_grpc}"
    return {
        "target": "all",
        "server": {
            "http_listen_address": "127.0.0.1",
            "http_listen_port": query,
            "grpc_listen_address": "127.0.0.1",
            "grpc_listen_port": own_grpc,
            "log_level": "warn",
        },
        "memberlist": {"bind_addr": ["127.0.0.1"], "bind_port": gossip},
        "distributor": {
            "ring": {"instance_addr": "127.0.0.1"},
            "receivers": {
                "otlp": {
                    "protocols": {
                        "grpc": {"endpoint": f"127.0.0.1:{otlp_grpc}"},
                        "http": {"endpoint": f"127.0.0.1:{otlp_http}"},
                    }
                }
            },
        },
        "live_store": {
            # What has arrived can be searched for once it is cut from memory, in seconds by default.
            "max_trace_idle": "50ms",
            "flush_check_period": "50ms",
            "partition_ring": {"min_partition_owners_duration": "0s"},
            # Spans of hours ago are found by their own times, and not by the time of their arrival.
            "wal": {"path": str(folder / "live-store" / "traces"), "ingestion_time_range_slack": _DAYS},
            "shutdown_marker_dir": str(folder / "live-store" / "shutdown-marker"),
        },
        # They are looked for where they are while the tests run, which by default holds the last minutes only.
        # A trace by id is asked for in as few parts as it allows, all of them being here.
        "query_frontend": {"search": {"query_backend_after": _DAYS}, "trace_by_id": {"query_shards": 2}},
        "querier": {"frontend_worker": {"frontend_address": own}},
        "backend_worker": {"backend_scheduler_addr": own},
        "backend_scheduler": {"local_work_path": str(folder / "work")},
        "metrics_generator": {"storage": {"path": str(folder / "generator")}},
        "storage": {
            "trace": {
                "backend": "local",
                "local": {"path": str(folder / "blocks")},
                "wal": {"path": str(folder / "wal")},
            }
        },
        "usage_report": {"reporting_enabled": False},
    }


def _padded(trace_id: str) -> str:
    # A search leaves the leading zeros out.
    return trace_id.zfill(32)

"""What the real backends of end-to-end tests have in common: where they take spans and are asked, and one question."""

import os
from collections.abc import Callable
from typing import Self

from tests.e2e.otlp_json import Span
from tests.e2e.server_process import wait_for


class Backend:
    """The addresses of a running backend and what can be asked of it."""

    def __init__(self, query_url: str, otlp_grpc_url: str, otlp_http_url: str) -> None:
        self.query_url = query_url.rstrip("/")
        self.otlp_grpc_url = otlp_grpc_url
        self.otlp_http_url = otlp_http_url.rstrip("/")

    @classmethod
    def at(cls, query_url: str) -> Self:
        """One that runs already; the environment may name its other addresses, the usual ports are the default."""
        name = cls.__name__.upper()
        grpc = os.environ.get(f"{name}_OTLP_GRPC_URL", "http://127.0.0.1:4317")
        return cls(query_url, grpc, os.environ.get(f"{name}_OTLP_HTTP_URL", "http://127.0.0.1:4318"))

    def trace(self, trace_id: str, until: Callable[[list[Span]], bool] = bool) -> list[Span]:
        """Return the spans of a trace (32 hex digits), waiting until ``until(spans)`` is true.

        Fails the test with the spans that did come when the deadline passes first.
        """
        return wait_for(lambda: self.trace_now(trace_id), until, f"trace {trace_id}")

    def trace_now(self, trace_id: str) -> list[Span]:
        """Return the spans of a trace that are there by now, none if it is not known."""
        raise NotImplementedError

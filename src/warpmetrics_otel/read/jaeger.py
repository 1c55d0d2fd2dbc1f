"""Jaeger's query API -> spans: traces by id over `/api/v3`, raw, and searches by attribute.

Jaeger 2.13 leaves the attributes out of a search over `/api/v3` and answers with any trace of the service. That is
seen by asking for what nobody has; then the older endpoint is searched, which Jaeger's own page uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.at_once import at_once
from warpmetrics_otel.read.backend import Found, Window
from warpmetrics_otel.read.http import Answer
from warpmetrics_otel.read.http_backend import HttpBackend
from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.read.spans import Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SERVICES = 100
_REMARKS = "@jaeger@warnings"
_LENGTHENED = "Negative duration"


class Jaeger(HttpBackend):
    """A Jaeger that can be asked; see `HttpBackend`."""

    WHAT = "Jaeger"
    PORT = 16686

    def __init__(self, url: str, asking: Asking) -> None:
        super().__init__(url, asking)
        self._filters: bool | None = None
        self._nothing: set[tuple[str, int]] = set()
        self._services: list[str] | None = None

    def traces(self, trace_ids: Iterable[str]) -> Iterator[Span]:
        """See `Backend`."""
        for answer in at_once(self._trace, trace_ids):
            if self._is_there(answer):
                yield from self._spans(answer)

    def search(self, key: str, values: Sequence[str], window: Window, service: str | None) -> Found:
        """See `Backend`."""
        services = [service] if service is not None else self._known_services()
        searches = iter([(name, value) for name in services for value in values])
        return self._found(self._ids(key, searches, window))

    def _ids(self, key: str, searches: Iterator[tuple[str, str]], window: Window) -> Iterator[set[str]]:
        def search(of: tuple[str, str]) -> set[str]:
            return self._search_one(key, of[1], window, of[0])

        # Not at once before it is known which way to search.
        while self._filters is None and (first := next(searches, None)) is not None:
            yield search(first)
        yield from at_once(search, searches)

    def _trace(self, trace_id: str) -> Answer:
        # Jaeger reads one spelling or the other, by its version, and ignores the one that it does not know.
        return self._http.get(f"/api/v3/traces/{trace_id}", {"rawTraces": "true", "raw_traces": "true"})

    def _known_services(self) -> list[str]:
        if self._services is None:
            answer = self._http.get("/api/v3/services", may_fail=frozenset())
            services = self._http.document(answer).get("services") or []
            if not isinstance(services, list):
                self._http.misunderstood(answer)
            self._services = sorted(map(str, services))[:_MOST_SERVICES]
            if len(services) > _MOST_SERVICES:
                self.incomplete.append(
                    f"{self.name} has {len(services)} services, of which the first {_MOST_SERVICES} were searched: "
                    "name one with --service."
                )
        return self._services

    def _search_one(self, key: str, value: str, window: Window, service: str) -> set[str]:
        if self._filters is None:
            self._find_out(key, window, service)
        if self._filters is None:
            return set()
        if self._filters:
            spans = self._search_v3({key: value}, window, service, self._limit)
            return {span.trace_id for span in spans}
        return self._search_older(key, value, window, service)

    def _find_out(self, key: str, window: Window, service: str) -> None:
        """Whether a search over `/api/v3` goes by attributes, unless there is nothing to tell by."""
        when = (service, window.since_ns)
        if when in self._nothing:
            return
        if self._search_v3({key: str(uuid4())}, window, service, 1):
            self._filters = False
        elif self._search_v3({}, window, service, 1):
            self._filters = True
        else:
            self._nothing.add(when)

    def _search_v3(self, attributes: Mapping[str, str], window: Window, service: str, limit: int) -> list[Span]:
        wanted: dict[str, str | int] = {
            "service_name": service,
            "start_time_min": _rfc3339(window.since_ns),
            "start_time_max": _rfc3339(window.until_ns),
            "num_traces": limit,
            "search_depth": limit,
            "raw_traces": "true",
        }
        if attributes:
            wanted["attributes"] = json.dumps(attributes)
        query = {f"query.{spelled}": given for name, given in wanted.items() for spelled in (name, _camel(name))}
        answer = self._http.get("/api/v3/traces", query)
        return list(self._spans(answer)) if self._is_there(answer) else []

    def _search_older(self, key: str, value: str, window: Window, service: str) -> set[str]:
        query: dict[str, str | int] = {
            "service": service,
            "tags": json.dumps({key: value}),
            "start": window.since_ns // 1000,
            "end": -(-window.until_ns // 1000),
            "limit": self._limit,
        }
        answer = self._http.get("/api/traces", query, may_fail=frozenset())
        try:
            found = self._http.document(answer).get("data") or []
            return {str(trace["traceID"]).lower().rjust(32, "0") for trace in found}
        except (KeyError, TypeError):
            self._http.misunderstood(answer)

    def _is_there(self, answer: Answer) -> bool:
        """Whether there is a trace. That there is none Jaeger says in JSON; any other server would say 404 too."""
        if answer.status == 200:
            return True
        if "error" not in self._http.document(answer):
            self._http.misunderstood(answer)
        return False

    def _spans(self, answer: Answer) -> Iterator[Span]:
        document = self._http.document(answer)
        result = document.get("result")
        if not isinstance(result, dict):
            self._http.misunderstood(answer)
        yield from map(_as_recorded, spans_of(result, self._malformed))


def _as_recorded(span: Span) -> Span:
    """A span without what Jaeger adds to it: remarks of its own, and a nanosecond to those that took none."""
    remarks = span.attributes.get(_REMARKS)
    if remarks is None:
        return span
    attributes = {key: value for key, value in span.attributes.items() if key != _REMARKS}
    lengthened = any(str(remark).startswith(_LENGTHENED) for remark in remarks) if isinstance(remarks, list) else False
    end_ns = span.start_ns if lengthened and span.end_ns == span.start_ns + 1 else span.end_ns
    return span._replace(attributes=attributes, end_ns=end_ns)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _rfc3339(time_ns: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time_ns // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % 10**9:09d}Z"

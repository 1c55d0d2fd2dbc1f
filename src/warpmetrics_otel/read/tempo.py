"""Grafana Tempo's HTTP API -> spans: traces by id, and searches by TraceQL.

Traces are asked for as protobuf, which is OTLP's. Tempo cuts long attributes anywhere, which may leave half a
character that protobuf refuses; such a trace is asked for again as JSON, where Tempo mends it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from warpmetrics_otel import semconv
from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.at_once import at_once
from warpmetrics_otel.read.backend import Found, Window
from warpmetrics_otel.read.http import Answer
from warpmetrics_otel.read.http_backend import HttpBackend
from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.read.otlp_proto import spans_of_message
from warpmetrics_otel.read.spans import Span
from warpmetrics_otel.read.wire import DamagedError, fields

_SECOND = 10**9
_LONGEST_SEARCH = 167 * 3600 * _SECOND
"""Unless configured otherwise, Tempo refuses to search more than 168 hours at a time."""
_MOST_SEARCHES = 10
_LONGEST_QUERY = 1900
"""In bytes, without the name of the service. Tempo cuts a query off after 2,048, and then does not understand it."""
_TRACE, _STATUS, _MESSAGE = 1, 3, 4
_PARTIAL = 1
_PROTOBUF = "application/protobuf"


class Tempo(HttpBackend):
    """A Tempo that can be asked; see `HttpBackend`."""

    WHAT = "Tempo"
    PORT = 3200

    def __init__(self, url: str, asking: Asking) -> None:
        super().__init__(url, asking)
        self._is_tempo = False

    def traces(self, trace_ids: Iterable[str]) -> Iterator[Span]:
        """See `Backend`."""
        for spans in at_once(self._trace, trace_ids):
            yield from spans

    def search(self, key: str, values: Sequence[str], window: Window, service: str | None) -> Found:
        """See `Backend`."""
        queries = [(query, part) for query in _queries(key, values, service) for part in self._parts(window)]
        return self._found(at_once(lambda query: self._search(*query), queries))

    def _trace(self, trace_id: str) -> list[Span]:
        path = f"/api/v2/traces/{trace_id}"
        answer = self._http.get(path, accept=_PROTOBUF)
        if answer.status != 200:
            return self._from_older(trace_id)
        if answer.media == "application/json":
            return self._from_json(answer)
        complaints: list[str] = []
        spans = list(self._from_protobuf(answer, complaints.append))
        return self._from_json(self._http.get(path, may_fail=frozenset())) if complaints else spans

    def _from_older(self, trace_id: str) -> list[Span]:
        """What a Tempo that knows only the first form of the question says of a trace."""
        answer = self._http.get(f"/api/traces/{trace_id}", accept=_PROTOBUF)
        if answer.status != 200:
            self._make_sure()
            return []
        return list(spans_of_message(answer.body, self._malformed))

    def _from_protobuf(self, answer: Answer, malformed: Callable[[str], None]) -> Iterator[Span]:
        status, said = 0, b""
        try:
            for number, value in fields(answer.body):
                if number == _TRACE and isinstance(value, bytes):
                    yield from spans_of_message(value, malformed)
                elif number == _STATUS and isinstance(value, int):
                    status = value
                elif number == _MESSAGE and isinstance(value, bytes):
                    said = value
        except DamagedError:
            self._http.misunderstood(answer)
        if status == _PARTIAL:
            self._partial(said.decode("utf-8", "replace"))

    def _from_json(self, answer: Answer) -> list[Span]:
        document = self._http.document(answer)
        trace = document.get("trace")
        if not isinstance(trace, dict):
            self._http.misunderstood(answer)
        if document.get("status") in (_PARTIAL, "PARTIAL"):
            self._partial(str(document.get("message") or ""))
        return list(spans_of(trace, self._malformed))

    def _search(self, query: str, window: Window) -> set[str]:
        asked: dict[str, str | int] = {
            "q": query,
            "limit": self._limit,
            "spss": 1,
            "start": window.since_ns // _SECOND,
            "end": window.until_ns // _SECOND + 1,
        }
        answer = self._http.get("/api/search", asked, may_fail=frozenset())
        found = self._http.document(answer).get("traces") or []
        try:
            # Leading zeros are left out, and ours begin with some.
            return {str(trace["traceID"]).lower().zfill(32) for trace in found}
        except (KeyError, TypeError):
            self._http.misunderstood(answer)

    def _parts(self, window: Window) -> list[Window]:
        """A window in pieces that Tempo searches, the latest first."""
        parts: list[Window] = []
        until = window.until_ns
        while len(parts) < _MOST_SEARCHES and (until > window.since_ns or not parts):
            since = max(window.since_ns, until - _LONGEST_SEARCH)
            parts.append(Window(since, until))
            until = since
        if until > window.since_ns:
            days = _MOST_SEARCHES * _LONGEST_SEARCH / _SECOND / 86400
            self._say(f"Of {self.name} only the last {days:.0f} days were searched: --until searches before.")
        return parts

    def _make_sure(self) -> None:
        """That something is not there Tempo says as any other server would."""
        if not self._is_tempo:
            answer = self._http.get("/api/search", {"q": "{}", "limit": 1}, may_fail=frozenset())
            if not {"traces", "metrics"} & self._http.document(answer).keys():
                self._http.misunderstood(answer)
            self._is_tempo = True

    def _partial(self, message: str) -> None:
        self._say(f"{self.name} gave a part of a trace only" + (f": {message}" if message else "."))


def _queries(key: str, values: Sequence[str], service: str | None) -> Iterator[str]:
    """Queries for spans and events with one of some values, no longer than Tempo reads them."""
    conditions: list[str] = []
    length = 0
    for value in values:
        # Quoted as in JSON, which is how TraceQL quotes too.
        text = json.dumps(value, ensure_ascii=False)
        either = f"span.{key} = {text} || event.{key} = {text}"
        more = len(either.encode()) + len(" || ")
        if conditions and length + more > _LONGEST_QUERY - len((service or "").encode()):
            yield _query(conditions, service)
            conditions, length = [], 0
        conditions.append(either)
        length += more
    if conditions:
        yield _query(conditions, service)


def _query(conditions: Sequence[str], service: str | None) -> str:
    either = " || ".join(conditions)
    if service is None:
        return f"{{ {either} }}"
    return f"{{ resource.{semconv.SERVICE_NAME} = {json.dumps(service, ensure_ascii=False)} && ({either}) }}"

"""What the API does with a request, sockets apart: checks, takes in, and says what answer is deserved."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from warpmetrics_otel.testing.native_api import access, queries, schema
from warpmetrics_otel.testing.native_api.envelope import opened
from warpmetrics_otel.testing.native_api.ledger import Ledger
from warpmetrics_otel.testing.native_api.rate import Rate
from warpmetrics_otel.testing.native_api.received import Received
from warpmetrics_otel.testing.native_api.reply import as_json, error_body
from warpmetrics_otel.testing.native_api.violation import REFUSED, Complaint, Rule, Violation

EVENTS = "/v1/events"
_CLASSIFICATIONS = "/v1/outcomes/classifications"
_CLASSES = ("success", "failure", "neutral")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Service:
    """The API's state. Not thread-safe: its owner holds a lock.

    Attributes:
        keys: the keys in force; None for every key of a known form.
        max_body: the bytes that a request's body may have; None for any number.
        allow: rules whose breaches are not written down.
    """

    def __init__(
        self, ingest_per_minute: int | None, queries_per_minute: int | None, clock: Callable[[], float]
    ) -> None:
        self.keys: Collection[str] | None = None
        self.max_body: int | None = None
        self.allow: set[Rule] = set()
        self.ledger = Ledger()
        self.violations: list[Violation] = []
        self.classifications: dict[str, str] = {}
        self._ingest_rate = Rate(ingest_per_minute, clock)
        self._query_rate = Rate(queries_per_minute, clock)

    def answer(self, received: Received, *, take: bool = True, acknowledged: bool = True) -> Answer:
        """Answer a request.

        Args:
            received: the request, whose `batch` and `taken` are set.
            take: whether a batch is taken in, where nothing speaks against it.
            acknowledged: whether its sender will get this answer.
        """
        if received.route == "/health":
            return _success({"status": "ok"})
        is_batch = (received.method, received.route) == ("POST", EVENTS)
        wait = (self._ingest_rate if is_batch else self._query_rate).wait()
        if wait is not None:
            self._complain(received, Complaint("rate", "more requests in a minute than are allowed"))
            return Answer(429, error_body(429, message="rate limit"), {"Retry-After": str(wait)})
        why = access.refusal(received.headers, self.keys)
        if why is not None:
            self._complain(received, Complaint("auth", why))
            return _error(401, why)
        if is_batch:
            return self._ingest(received, take=take, acknowledged=acknowledged)
        if received.route.startswith(f"{_CLASSIFICATIONS}/") and received.method == "PUT":
            return self._classify(received)
        if received.method != "GET":
            return _error(404, f"no route {received.method} {received.route}")
        return self._query(received)

    def _ingest(self, received: Received, *, take: bool, acknowledged: bool) -> Answer:
        if received.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            self._complain(received, Complaint("headers", "the content type is not application/json"))
            return _error(400, "the content type is not application/json")
        if not received.headers.get("x-sdk-version"):
            self._complain(received, Complaint("headers", "no X-SDK-Version"))
        batch = opened(received.body)
        received.batch = None if isinstance(batch, Complaint) else batch
        if self.max_body is not None and len(received.body) > self.max_body:
            return _error(413, f"{len(received.body)} bytes are too many")
        found = [batch] if isinstance(batch, Complaint) else list(schema.complaints(batch))
        refused = [complaint for complaint in found if complaint.rule in REFUSED]
        if not refused and take and received.batch is not None:
            received.taken = True
            found += self.ledger.take(received.batch, acknowledged=acknowledged)
        for complaint in found:
            self._complain(received, complaint)
        if refused or received.batch is None:
            return _error(400, "; ".join(complaint.text for complaint in refused)[:500])
        number = sum(len(received.batch[kind]) for kind in schema.KINDS)
        return _success({"received": number, "processed": number})

    def _classify(self, received: Received) -> Answer:
        name = unquote(received.route.removeprefix(f"{_CLASSIFICATIONS}/"))
        try:
            given = json.loads(received.body)
        except ValueError:
            given = None
        classification = given.get("classification") if isinstance(given, dict) else None
        if classification not in _CLASSES:
            self._complain(received, Complaint("schema", f"{name} cannot be classified as {received.body[:80]!r}"))
            return _error(400, f"a classification is one of {', '.join(_CLASSES)}")
        self.classifications[name] = classification
        return _success({"name": name, "classification": classification})

    def _query(self, received: Received) -> Answer:
        if received.route == _CLASSIFICATIONS:
            items = self.classifications.items()
            return _success([{"name": name, "classification": classification} for name, classification in items])
        try:
            return _success(queries.answer(self.ledger, received.path))
        except ValueError as error:
            return _error(400, str(error))
        except LookupError as error:
            return _error(404, str(error))

    def _complain(self, received: Received, complaint: Complaint) -> None:
        if complaint.rule not in self.allow:
            self.violations.append(Violation(complaint.rule, complaint.text, received.number))


def _success(data: Any) -> Answer:
    return Answer(200, as_json({"success": True, "data": data}))


def _error(status: int, message: str) -> Answer:
    return Answer(status, error_body(status, message=message))

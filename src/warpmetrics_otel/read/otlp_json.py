"""OTLP JSON as parsed by `json` -> spans.

One unreadable span costs that span and a word to the caller, not the document it stands in. Reading a long
chain spends most of its time here, which is why the usual shape of an attribute is looked for first.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from sys import intern
from typing import Any

from warpmetrics_otel.read.sharing import SHARED, forget
from warpmetrics_otel.read.spans import Attributes, Event, Link, Span

_MAX_DEPTH = 64
_UINT64_END = 2**64
_KINDS = {
    "SPAN_KIND_UNSPECIFIED": 0,
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}
_STATUS_CODES = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_UNREADABLE = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


def spans_of(document: object, malformed: Callable[[str], None]) -> Iterator[Span]:
    """The spans of one parsed `TracesData` document.

    Args:
        document: What `json.loads` returned. Logs and metrics hold no spans and give none.
        malformed: Told in words about everything that is not OTLP and was therefore left out.
    """
    if not isinstance(document, dict):
        malformed(f"expected a JSON object, found {type(document).__name__}")
        return
    try:
        for of_resource in document.get("resourceSpans") or ():
            resource = attributes_of((of_resource.get("resource") or {}).get("attributes"))
            for of_scope in of_resource.get("scopeSpans") or ():
                scope = str((of_scope.get("scope") or {}).get("name", ""))
                for raw in of_scope.get("spans") or ():
                    try:
                        span = _span(raw, resource, scope)
                    except _UNREADABLE as error:
                        malformed(f"a span is not OTLP: {type(error).__name__}: {error}"[:200])
                    else:
                        yield span
    except _UNREADABLE as error:
        malformed(f"not OTLP: {type(error).__name__}: {error}"[:200])


def attributes_of(pairs: list[dict[str, Any]] | None) -> Attributes:
    """Decode OTLP's list of key and value pairs."""
    if not pairs:
        return {}
    forget()
    same = SHARED.setdefault
    try:
        return {
            intern(pair["key"]): same(text := value["stringValue"], text)
            if "stringValue" in (value := pair["value"])
            else int(value["intValue"])
            if "intValue" in value
            else any_value(value)
            for pair in pairs
        }
    except _UNREADABLE:
        # What is empty may be left out of JSON.
        return {str(pair.get("key") or ""): any_value(pair.get("value")) for pair in pairs}


def any_value(value: object, depth: int = 0) -> Any:
    """Decode an OTLP AnyValue. What is not one, or is nested deeper than 64 levels, reads as None."""
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return None
    for kind, inner in value.items():
        try:
            match kind:
                case "stringValue" | "boolValue":
                    return inner
                case "intValue":
                    return int(inner)
                case "doubleValue":
                    return float(inner)
                case "bytesValue":
                    return b64decode(inner)
                case "arrayValue":
                    return [any_value(item, depth + 1) for item in inner.get("values") or ()]
                case "kvlistValue":
                    pairs = inner.get("values") or ()
                    return {str(pair.get("key") or ""): any_value(pair.get("value"), depth + 1) for pair in pairs}
        except _UNREADABLE:
            return None
    return None


def _span(raw: dict[str, Any], resource: Attributes, scope: str) -> Span:
    get = raw.get
    parent_id, status, events, links = get("parentSpanId"), get("status"), get("events"), get("links")
    trace_state = get("traceState")
    return Span(
        _hex(raw["traceId"], 32),
        _hex(raw["spanId"], 16),
        _hex(parent_id, 16) if parent_id else "",
        str(get("name", "")),
        _number(get("kind"), _KINDS),
        _time(get("startTimeUnixNano")),
        _time(get("endTimeUnixNano")),
        _number(status.get("code"), _STATUS_CODES) if status else 0,
        str(status.get("message") or "") if status else "",
        attributes_of(get("attributes")),
        tuple(map(_event, events)) if events else (),
        tuple(map(_link, links)) if links else (),
        resource,
        scope,
        intern(trace_state) if type(trace_state) is str else "",
    )


def _event(raw: dict[str, Any]) -> Event:
    return Event(str(raw.get("name", "")), _time(raw.get("timeUnixNano")), attributes_of(raw.get("attributes")))


def _link(raw: dict[str, Any]) -> Link:
    return Link(_hex(raw["traceId"], 32), _hex(raw["spanId"], 16), attributes_of(raw.get("attributes")))


def _hex(text: str, digits: int) -> str:
    # OTLP says hex; protobuf's own JSON, which Tempo speaks, says base64, which is shorter.
    if len(text) != digits:
        return _other_id(text, digits)
    text = text.lower()
    return SHARED.setdefault(text, text)


def _other_id(text: str, digits: int) -> str:
    if len(text) == -(-digits // 6) * 4:
        return b64decode(text, validate=True).hex()
    return text.lower()


def _time(value: Any) -> int:
    time_ns = int(value or 0)
    # OTLP's own type for times; a bigger number would fail later, where a time becomes a float.
    return time_ns if 0 <= time_ns < _UINT64_END else 0


def _number(value: object, names: dict[str, int]) -> int:
    if isinstance(value, int):
        return value
    return names.get(value, 0) if isinstance(value, str) else 0

"""Spans of one request that do not hang on each other: of a framework's callbacks, and of the client that it calls.

They are of two instrumentations, one lies within the time of the other, and both tell of the same answer: by the id
that its provider gave it, or, where one does not say that (LangChain's of streams), by all that was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import Call
from warpmetrics_otel.translate.dialects.values import first_text, parsed
from warpmetrics_otel.translate.exact import json_text
from warpmetrics_otel.translate.views import SpanView

_IDS = (semconv.GEN_AI_RESPONSE_ID, "ai.response.id")
_WHOLE_ANSWER = "output.value"
"""Where OpenInference has all that was answered, as JSON."""
_AT_ONCE = 16
"""How many of the requests that are under way are looked at, the latest."""
_ID_IN_JSON = re.compile(r'"id": ?"([^"]+)"')


def twins(requests: Collection[SpanView], said: Callable[[SpanView], Call]) -> dict[int, SpanView]:
    """The spans, by id, within whose time another one is about the same request: those others.

    Args:
        requests: the spans of a trace that are requests, none of them above another.
        said: from one of them to the call that it is.
    """
    found: dict[int, SpanView] = {}
    ordered = sorted(requests, key=lambda span: (span.start_ns, -span.end_ns, span.span_id))
    if not _may_be(ordered):
        return found
    _pair(_by_answer(ordered), found)
    inner = {span.span_id for span in found.values()}
    left = [span for span in ordered if span.span_id not in found and span.span_id not in inner]
    if _may_be(left):
        _pair(_by_content(left, said), found)
    return found


def _may_be(ordered: Collection[SpanView]) -> bool:
    return len({span.scope for span in ordered}) > 1 and _overlap(ordered)


def _pair(alike: Iterable[list[SpanView]], found: dict[int, SpanView]) -> None:
    """Find of each list the spans within others of another instrumentation; each is within one at most."""
    for spans in alike:
        around: list[SpanView] = []
        for span in spans:
            while around and around[-1].end_ns < span.end_ns:
                around.pop()
            for other in reversed(around[-_AT_ONCE:]):
                if other.scope != span.scope and other.span_id not in found:
                    found[other.span_id] = span
                    break
            around.append(span)


def _by_answer(ordered: Iterable[SpanView]) -> list[list[SpanView]]:
    told: dict[str, list[SpanView]] = {}
    answers: set[str] = set()
    for span in ordered:
        own = _answer_id(span)
        if own is not None:
            answers.add(own)
        for one in _ids_told(span) if own is None else (own,):
            told.setdefault(one, []).append(span)
    # Other ids, such as those of tool calls, may well come twice.
    return [spans for answer, spans in told.items() if answer in answers]


def _by_content(ordered: Iterable[SpanView], said: Callable[[SpanView], Call]) -> list[list[SpanView]]:
    told: dict[str, list[SpanView]] = {}
    for span in ordered:
        call = said(span)
        if call.messages and (call.response or call.tool_calls):
            content = json_text([call.messages, call.response or None, call.tool_calls or None])
            told.setdefault(content, []).append(span)
    return [*told.values()]


def _overlap(ordered: Collection[SpanView]) -> bool:
    latest = 0
    for span in ordered:
        if span.start_ns < latest:
            return True
        latest = max(latest, span.end_ns)
    return False


def _answer_id(span: SpanView) -> str | None:
    told = first_text(span.attributes, _IDS)
    if told is None:
        whole = parsed(span.attributes.get(_WHOLE_ANSWER))
        told = first_text(whole, ("id",)) if isinstance(whole, dict) else None
    return told


def _ids_told(span: SpanView) -> set[str]:
    whole = span.attributes.get(_WHOLE_ANSWER)
    return set(_ID_IN_JSON.findall(whole)) if isinstance(whole, str) else set()

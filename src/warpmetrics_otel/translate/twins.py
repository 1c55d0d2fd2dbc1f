"""Spans of one request that do not hang on each other: of a framework's callbacks, and of the client that it calls.

What a provider calls its answer is on both, and one lies within the time of the other: that is the evidence. A server
that gives every answer the same id, as small ones do, answers one request after the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.values import first_text, parsed
from warpmetrics_otel.translate.views import SpanView

_IDS = (semconv.GEN_AI_RESPONSE_ID, "ai.response.id")
_WHOLE_ANSWER = "output.value"
"""Where OpenInference has all that was answered, as JSON."""
_ID_IN_JSON = re.compile(r'"id": ?"([^"]+)"')


def twins(requests: Collection[SpanView]) -> dict[int, SpanView]:
    """The spans, by id, within whose time another one is about the same request: those others.

    Args:
        requests: the spans of a trace that are requests, none of them above another.
    """
    found: dict[int, SpanView] = {}
    ordered = sorted(requests, key=lambda span: (span.start_ns, -span.end_ns, span.span_id))
    if not _overlap(ordered):
        return found
    by_answer: dict[str, list[SpanView]] = {}
    answers: set[str] = set()
    for span in ordered:
        own = _answer_id(span)
        if own is not None:
            answers.add(own)
        for told in _ids_told(span) if own is None else (own,):
            by_answer.setdefault(told, []).append(span)
    # Other ids, such as those of tool calls, may well come twice.
    for spans in (by_answer[answer] for answer in by_answer if answer in answers):
        around: list[SpanView] = []
        for span in spans:
            while around and around[-1].end_ns < span.end_ns:
                around.pop()
            if around:
                found.setdefault(around[-1].span_id, span)
            around.append(span)
    return found


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

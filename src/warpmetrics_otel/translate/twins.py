"""Spans of one request that do not hang on each other: of a framework's callbacks, and of the client that it calls.

What a provider calls its answer is on both, and one lies within the time of the other: that is the evidence. A server
that gives every answer the same id, as small ones do, answers one request after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.values import first_text, parsed
from warpmetrics_otel.translate.views import SpanView

_IDS = (semconv.GEN_AI_RESPONSE_ID, "ai.response.id")
_WHOLE_ANSWER = "output.value"
"""Where OpenInference has all that was answered, as JSON."""


def twins(requests: Collection[SpanView]) -> dict[int, SpanView]:
    """The spans, by id, within whose time another one is about the same request: those others.

    Args:
        requests: the spans of a trace that are requests, none of them above another.
    """
    found: dict[int, SpanView] = {}
    if len(requests) < 2:
        return found
    under_way: list[SpanView] = []
    for span in sorted(requests, key=lambda span: (span.start_ns, -span.end_ns, span.span_id)):
        under_way = [around for around in under_way if around.end_ns > span.start_ns]
        for around in under_way:
            if around.end_ns >= span.end_ns and around.span_id not in found and _same_answer(around, span):
                found[around.span_id] = span
                break
        under_way.append(span)
    return found


def _same_answer(one: SpanView, other: SpanView) -> bool:
    return _tells_of(one, _answer_id(other)) or _tells_of(other, _answer_id(one))


def _answer_id(span: SpanView) -> str | None:
    told = first_text(span.attributes, _IDS)
    if told is not None:
        return told
    whole = parsed(span.attributes.get(_WHOLE_ANSWER))
    answer_id: Any = whole.get("id") if isinstance(whole, dict) else None
    return answer_id if isinstance(answer_id, str) and answer_id else None


def _tells_of(span: SpanView, answer_id: str | None) -> bool:
    if answer_id is None:
        return False
    whole = span.attributes.get(_WHOLE_ANSWER)
    return answer_id == first_text(span.attributes, _IDS) or (isinstance(whole, str) and f'"{answer_id}"' in whole)

"""Spans of one request that do not hang on each other: of a framework's callbacks, and of the client that it calls.

They are of two instrumentations, one lies within the time of the other, and both tell of the same answer: by the id
that its provider gave it, or, where one does not say that (LangChain's of streams), by all that was said. Those that
failed tell of the same failure of asking the same. Each is of one other at most, so that retries stay requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from warpmetrics_otel.entities import Call
from warpmetrics_otel.translate.answers import ANSWER_IDS, WHOLE_ANSWER
from warpmetrics_otel.translate.dialects.values import first_text, parsed
from warpmetrics_otel.translate.exact import json_text
from warpmetrics_otel.translate.views import SpanView

_AT_ONCE = 16
"""How many of the requests that are under way are looked at, the latest."""
_FAILED = "error"
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
        under_way: list[SpanView] = []
        for span in spans:
            under_way = [one for one in under_way[-_AT_ONCE:] if one.end_ns >= span.start_ns]
            around = [
                one
                for one in under_way
                if one.end_ns >= span.end_ns and one.scope != span.scope and one.span_id not in found
            ]
            if around:
                # The one that ends first: those that go on for longer may be around others that come.
                found[min(reversed(around), key=_end).span_id] = span
            under_way.append(span)


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
        came_of_it = [call.response or None, call.tool_calls or None]
        if call.status == _FAILED:
            came_of_it = [call.provider, call.model, call.error]
        if call.messages and any(came_of_it):
            told.setdefault(json_text([call.status, call.messages, *came_of_it]), []).append(span)
    return [*told.values()]


def _end(span: SpanView) -> int:
    return span.end_ns


def _overlap(ordered: Collection[SpanView]) -> bool:
    latest = 0
    for span in ordered:
        if span.start_ns < latest:
            return True
        latest = max(latest, span.end_ns)
    return False


def _answer_id(span: SpanView) -> str | None:
    told = first_text(span.attributes, ANSWER_IDS)
    if told is None:
        whole = parsed(span.attributes.get(WHOLE_ANSWER))
        told = first_text(whole, ("id",)) if isinstance(whole, dict) else None
    return told


def _ids_told(span: SpanView) -> set[str]:
    whole = span.attributes.get(WHOLE_ANSWER)
    return set(_ID_IN_JSON.findall(whole)) if isinstance(whole, str) else set()

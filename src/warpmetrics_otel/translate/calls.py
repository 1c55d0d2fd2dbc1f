"""A native call, with its link, and the GenAI inference span that stands for both."""

from __future__ import annotations

from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import ABSENT, Call, Link
from warpmetrics_otel.translate import messages
from warpmetrics_otel.translate.bags import SEARCH_OPTS, add_opts, opts_of
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.exact import add_native, corrected, difference, native_of, shown
from warpmetrics_otel.translate.links import add_parent, link_difference, link_of, native_link
from warpmetrics_otel.translate.marks import add_verdict
from warpmetrics_otel.translate.place import Place, Verdict
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH
from warpmetrics_otel.translate.times import iso, milliseconds
from warpmetrics_otel.translate.tokens import add_usage, count, usage_of
from warpmetrics_otel.translate.views import KIND_CLIENT, STATUS_ERROR, Span, SpanView

_OTHER_ERROR = "_OTHER"
"""The `error.type` of an error whose class is not known."""

_CONTENT = ("messages", "response", "tools", "toolCalls")


def call_of(span: SpanView, content: Content | None = None) -> tuple[Call, Link | None]:
    """The call that a span stands for, and its link where its parent is known.

    Args:
        span: the call's span, ended.
        content: what was said in it; None takes what the span says of that.
    """
    attributes = span.attributes
    # An outcome may have set the status of a call that succeeded.
    error = attributes.get(semconv.ERROR_TYPE)
    said = _said(span, failed=error is not None) if content is None else content
    ended = iso(span.end_ns)
    opts, cost = opts_of(attributes), attributes.get(semconv.GEN_AI_USAGE_COST)
    model = attributes.get(semconv.GEN_AI_REQUEST_MODEL)
    call = Call(
        attributes.get(semconv.WARPMETRICS_CALL_ID) or f"wm_{ids.CALL}_{span.span_id:016x}",
        attributes.get(semconv.GEN_AI_PROVIDER_NAME),
        attributes.get(semconv.GEN_AI_RESPONSE_MODEL) if model is None else model,
        said.messages,
        said.response,
        said.tools,
        said.tool_calls,
        said.tokens,
        milliseconds(span.start_ns, span.end_ns) if said.duration is ABSENT else said.duration,
        iso(span.start_ns),
        ended,
        "success" if error is None else "error",
        ABSENT if error is None else span.status_message or error,
        ABSENT if opts is None else opts,
        ABSENT if cost is None else cost,
    )
    link = link_of(attributes, call.id, ids.CALL, ended)
    native = native_of(attributes)
    if native is not None:
        call = Call.from_json(corrected(call.to_json(), native))
        link = native_link(link, native)
    return call, link


def call_span(call: Call, link: Link | None, place: Place, verdict: Verdict | None, *, content: bool) -> Span:
    """The span of a call; `content` puts what was said on it too."""
    attributes: dict[str, Any] = {}
    add_opts(attributes, None if call.opts is ABSENT else call.opts, search=SEARCH_OPTS)
    if content:
        messages.add_content(attributes, call)
    if isinstance(call.tokens, dict):
        add_usage(attributes, call.tokens)
    cost = count(call.cost)
    if cost is not None:
        attributes[semconv.GEN_AI_USAGE_COST] = float(cost)
    status = add_verdict(attributes, verdict)
    if call.status == "error":
        attributes[semconv.ERROR_TYPE] = _OTHER_ERROR
        status = STATUS_ERROR, shown(call.error)
    attributes[semconv.GEN_AI_OPERATION_NAME] = semconv.OPERATION_CHAT
    attributes[semconv.GEN_AI_PROVIDER_NAME] = shown(call.provider)
    model = shown(call.model)
    if model:
        attributes[semconv.GEN_AI_REQUEST_MODEL] = model
    add_parent(attributes, link)
    attributes[semconv.WARPMETRICS_ENTITY_TYPE] = semconv.ENTITY_TYPE_CALL
    attributes[semconv.WARPMETRICS_CALL_ID] = shown(call.id)
    name = f"{semconv.OPERATION_CHAT} {model[:MAX_NAME_LENGTH]}".rstrip()
    span = place.span(name, KIND_CLIENT, attributes, status=status)
    said, said_link = call_of(span)
    row, said_row = call.to_json(), said.to_json()
    if not content:
        for field in _CONTENT:
            row.pop(field, None)
            said_row.pop(field, None)
    add_native(attributes, difference(row, said_row) | link_difference(link, said_link))
    return span


def _said(span: SpanView, *, failed: bool) -> Content:
    attributes = span.attributes
    given, tokens = messages.messages_of(attributes), usage_of(attributes)
    if failed:
        return Content(given)
    return Content(
        given,
        messages.response_of(attributes),
        messages.tools_of(attributes),
        messages.tool_calls_of(attributes),
        tokens,
    )

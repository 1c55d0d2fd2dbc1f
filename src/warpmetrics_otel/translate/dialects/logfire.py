"""Logfire's instrumentations and pydantic-ai, which add to the GenAI conventions what those have no word for.

| | |
|---|---|
| covers | logfire up to 5.4, pydantic-ai up to 2.68, its versions 1 to 3 of content |
| known by | scope `pydantic-ai` or `logfire…`, beside `gen_ai.operation.name` or `gen_ai.system` |
| kind | the GenAI operations; an answer that was streamed comes on a log of no length, which is then the call |
| tokens | the GenAI names, and what `gen_ai.usage.raw` says of the cache |
| content | the GenAI names; before, `events`, or `request_data` and `response_data`; of embeddings `inputs` |
| cost | `operation.cost`, in US dollars |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.content import answer, conversation
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import kind_of_operation
from warpmetrics_otel.translate.dialects.gen_ai_system import SYSTEM, facts_with_events, kind_without_operation
from warpmetrics_otel.translate.dialects.usage import native_tokens
from warpmetrics_otel.translate.dialects.values import first_count, parsed
from warpmetrics_otel.translate.tokens import count
from warpmetrics_otel.translate.views import SpanView

_SPAN_TYPE = "logfire.span_type"
_LOG = "log"
_PENDING = "pending_span"
_RAW_USAGE = "gen_ai.usage.raw"
_REQUEST, _RESPONSE = "request_data", "response_data"
_EVENTS = "events"
_INPUTS = "inputs"
_COST = "operation.cost"
# What a request has that was answered at once, or failed.
_ANSWERED = (
    semconv.GEN_AI_OUTPUT_MESSAGES,
    semconv.GEN_AI_USAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    semconv.GEN_AI_RESPONSE_ID,
    semconv.ERROR_TYPE,
    "logfire.exception.fingerprint",
    _RESPONSE,
)


def _claims(_attributes: Mapping[str, Any], scope: str) -> bool:
    return scope.startswith(("pydantic-ai", "logfire"))


def _kind(_name: str, attributes: Mapping[str, Any], scope: str) -> Kind | None:
    span_type = attributes.get(_SPAN_TYPE)
    if span_type == _PENDING:
        return None
    known = semconv.GEN_AI_OPERATION_NAME in attributes
    kind = kind_of_operation(attributes) if known else kind_without_operation(attributes)
    if kind != "call" or not scope.startswith("logfire."):
        return kind
    answered = any(name in attributes for name in _ANSWERED)
    return kind if answered else None


def _facts(span: SpanView) -> CallFacts:
    attributes = span.attributes
    said = facts_with_events(span)
    if said.messages is None:
        said = _older_content(said, attributes)
    if said.cost is None:
        cost = count(attributes.get(_COST))
        said = said._replace(cost=None if cost is None else float(cost))
    raw = parsed(attributes.get(_RAW_USAGE))
    if isinstance(raw, dict) and said.tokens is not None:
        said = said._replace(tokens=_with_raw(said.tokens, raw, said.provider))
    if attributes.get(_SPAN_TYPE) == _LOG:
        seconds = count(attributes.get("duration"))
        if seconds is not None and seconds > 0:
            said = said._replace(started_ns=span.end_ns - int(seconds * 1_000_000_000))
    return said


def _older_content(said: CallFacts, attributes: Mapping[str, Any]) -> CallFacts:
    events = parsed(attributes.get(_EVENTS))
    if isinstance(events, list):
        return _from_events(said, events)
    request, response = parsed(attributes.get(_REQUEST)), parsed(attributes.get(_RESPONSE))
    if isinstance(request, dict):
        given = request.get("messages", request.get("input"))
        given = [{"role": "user", "content": given}] if isinstance(given, str) else given
        said = said._replace(messages=conversation(given, request.get("system")))
    if isinstance(response, dict) and said.response is None:
        found = answer(response.get("message") or response.get("combined_chunk_content"))
        said = said._replace(response=found.response, tool_calls=found.tool_calls)
    if said.messages is None and _INPUTS in attributes:
        said = said._replace(messages=parsed(attributes[_INPUTS]))
    return said


def _from_events(said: CallFacts, events: list[Any]) -> CallFacts:
    messages = []
    for event in events:
        if not isinstance(event, dict):
            continue
        choice = event.get("message")
        if isinstance(choice, dict):
            found = answer({"role": "assistant", **choice})
            said = said._replace(response=found.response, tool_calls=found.tool_calls)
        else:
            kept = {key: event[key] for key in ("role", "content", "tool_calls", "name") if key in event}
            messages.append({**kept, "tool_call_id": event["id"]} if "id" in event else kept)
    return said._replace(messages=conversation(messages or None))


def _with_raw(tokens: dict[str, Any], raw: Mapping[str, Any], provider: str) -> dict[str, Any]:
    """The tokens with what the provider's own counts say of its cache."""
    details = raw.get("prompt_tokens_details") or raw.get("input_tokens_details")
    read = count(details.get("cached_tokens")) if isinstance(details, dict) else None
    written = first_count(raw, ("cache_creation_input_tokens",))
    read = first_count(raw, ("cache_read_input_tokens",)) if read is None else read
    if not (read or written) or tokens.get("cacheRead") or tokens.get("cacheWrite") or tokens.get("cachedInput"):
        return tokens
    prompt, completion = tokens.get("prompt"), tokens.get("completion")
    return native_tokens(provider, prompt, completion, tokens.get("total"), read, written) or tokens


LOGFIRE = Dialect("logfire", (semconv.GEN_AI_OPERATION_NAME, SYSTEM), _kind, _facts, _claims)

"""OpenLLMetry (Traceloop) as it was, with an attribute for each value of a message.

| | |
|---|---|
| covers | opentelemetry-instrumentation-* of Traceloop before 0.55, and OpenLLMetry for JavaScript |
| known by | `llm.request.type`, or `gen_ai.prompt.0.*`, without today's `gen_ai.input.messages` |
| kind | chat, completion: call; embedding; rerank and others: nothing |
| provider | `gen_ai.system`, capitalised in older versions |
| tokens | `gen_ai.usage.prompt_tokens` and `.completion_tokens`, before `llm.usage.*`; the cache in the prompt |
| content | `gen_ai.prompt.{i}.*`, `gen_ai.completion.{i}.*`; tools `llm.request.functions.{i}.name` |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.content import answer, conversation, tool_names
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import USAGE, cost
from warpmetrics_otel.translate.dialects.indexed import unfolded
from warpmetrics_otel.translate.dialects.providers import provider_name
from warpmetrics_otel.translate.dialects.usage import UsageNames, tokens_of
from warpmetrics_otel.translate.dialects.values import parsed
from warpmetrics_otel.translate.views import SpanView

_REQUEST_TYPE = "llm.request.type"
_FIRST_PROMPT = ("gen_ai.prompt.0.role", "gen_ai.prompt.0.content", "gen_ai.completion.0.content")
_TOOLS = "llm.request.functions"
_LISTS = ("gen_ai.prompt.", "gen_ai.completion.", f"{_TOOLS}.")
_KINDS: Mapping[Any, Kind] = {"chat": "call", "completion": "call", "embedding": "embedding"}
_USAGE = UsageNames(
    prompt=(*USAGE.prompt, "llm.usage.prompt_tokens"),
    completion=(*USAGE.completion, "llm.usage.completion_tokens"),
    total=("llm.usage.total_tokens", *USAGE.total),
    cache_read=("gen_ai.usage.cache_read_input_tokens", *USAGE.cache_read),
    cache_write=("gen_ai.usage.cache_creation_input_tokens", *USAGE.cache_write),
)


def _claims(attributes: Mapping[str, Any], _scope: str) -> bool:
    return (
        semconv.GEN_AI_PROVIDER_NAME not in attributes
        and semconv.GEN_AI_INPUT_MESSAGES not in attributes
        and semconv.GEN_AI_OUTPUT_MESSAGES not in attributes
    )


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    kind = attributes.get(_REQUEST_TYPE, "chat")
    return _KINDS.get(kind) if isinstance(kind, str) else None


def _facts(span: SpanView) -> CallFacts:
    attributes = span.attributes
    model = attributes.get(semconv.GEN_AI_REQUEST_MODEL) or attributes.get(semconv.GEN_AI_RESPONSE_MODEL)
    provider = provider_name(attributes.get("gen_ai.system"), model)
    lists = unfolded(attributes, _LISTS)
    given, answers, tools = lists.get("gen_ai.prompt"), lists.get("gen_ai.completion"), lists.get(_TOOLS)
    said = next((answer(_message(item)) for item in answers or () if not _is_thought(item)), None)
    return CallFacts(
        provider,
        model,
        conversation([_message(item) for item in given]) if given else None,
        said and said.response,
        tool_names(tools),
        said and said.tool_calls,
        tokens_of(attributes, _USAGE, provider),
        cost(attributes),
    )


def _is_thought(item: Any) -> bool:
    # Anthropic's thoughts stand before the answer, as if they were one.
    return isinstance(item, dict) and item.get("role") == "thinking"


def _message(item: Any) -> Any:
    """A message as clients have it: contents of several parts stand there as JSON, tool calls flat."""
    if not isinstance(item, dict):
        return item
    message = {key: item[key] for key in ("role", "content", "tool_call_id", "tool_calls", "refusal") if key in item}
    content = message.get("content")
    if isinstance(content, str) and content.startswith("["):
        parts = parsed(content)
        if isinstance(parts, list) and all(isinstance(part, dict) and "type" in part for part in parts):
            # What stands among the tool calls too is told once.
            told = ("tool_use",) if "tool_calls" in message else ()
            message["content"] = [part for part in parts if part["type"] not in told]
    return message


OPENLLMETRY_INDEXED = Dialect("openllmetry_indexed", (_REQUEST_TYPE, *_FIRST_PROMPT), _kind, _facts, _claims)

"""Langfuse's SDKs, which put an observation of their own model on each span.

| | |
|---|---|
| covers | langfuse for Python from 3 (tested: 5.0), @langfuse/otel for JavaScript |
| known by | `langfuse.observation.type` |
| kind | generation: call; embedding; agent: group; others: nothing, nodes of a LangGraph excepted |
| provider | not said: inferred from the model |
| tokens | `langfuse.observation.usage_details`: `input` without the cache, OpenAI's `prompt_tokens` with it |
| content | `langfuse.observation.input` and `.output`, as JSON of what the client took and gave |
| cost | `total` of `langfuse.observation.cost_details`, in US dollars |
| error | `langfuse.observation.level` ERROR with `.status_message` |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel.translate.dialects.content import Answer, answer, conversation, tool_names
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.graphs import is_graph_node
from warpmetrics_otel.translate.dialects.providers import provider_name
from warpmetrics_otel.translate.dialects.usage import native_tokens
from warpmetrics_otel.translate.dialects.values import first, first_count, parsed
from warpmetrics_otel.translate.tokens import count
from warpmetrics_otel.translate.views import SpanView

_TYPE = "langfuse.observation.type"
_KINDS: Mapping[Any, Kind] = {"generation": "call", "embedding": "embedding", "agent": "group"}
_MODEL = "langfuse.observation.model.name"
_CACHE_READ = ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "cache_read")
_CACHE_WRITE = ("input_cache_creation", "cache_creation_input_tokens", "input_cache_write")


def _kind(name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    kind = attributes.get(_TYPE)
    if not isinstance(kind, str):
        return None
    return _KINDS.get(kind) or ("group" if kind in ("span", "chain") and is_graph_node(name, attributes) else None)


def _facts(span: SpanView) -> CallFacts:
    attributes = span.attributes
    model = attributes.get(_MODEL)
    provider = provider_name(None, model)
    given = parsed(attributes.get("langfuse.observation.input"))
    tools = None
    if isinstance(given, dict):
        tools = tool_names(given.get("tools"))
        given = first(given, ("messages", "input")) or given
    output = attributes.get("langfuse.observation.output")
    embeds = attributes.get(_TYPE) == "embedding"
    said = Answer() if output is None or embeds else answer(output)
    cost = parsed(attributes.get("langfuse.observation.cost_details"))
    total = count(cost.get("total")) if isinstance(cost, dict) else None
    failed = attributes.get("langfuse.observation.level") == "ERROR"
    return CallFacts(
        provider,
        model,
        given if embeds else conversation([{"role": "user", "content": given}] if isinstance(given, str) else given),
        said.response,
        tools,
        said.tool_calls,
        _tokens(parsed(attributes.get("langfuse.observation.usage_details")), provider),
        # Of what failed it says that it was free, whatever it cost.
        None if total is None or (failed and not total) else float(total),
        (attributes.get("langfuse.observation.status_message") or "error") if failed else None,
    )


def _tokens(usage: Any, provider: str) -> dict[str, Any] | None:
    if not isinstance(usage, dict):
        return None
    if "prompt_tokens" in usage:
        details = usage.get("prompt_tokens_details")
        return native_tokens(
            provider,
            count(usage["prompt_tokens"]),
            count(usage.get("completion_tokens")),
            count(usage.get("total_tokens")),
            count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        )
    if "input_tokens" in usage and "input_tokens_details" in usage:
        details = usage["input_tokens_details"]
        return native_tokens(
            provider,
            count(usage["input_tokens"]),
            count(usage.get("output_tokens")),
            count(usage.get("total_tokens")),
            count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        )
    return native_tokens(
        provider,
        first_count(usage, ("input", "input_tokens")),
        first_count(usage, ("output", "output_tokens")),
        count(usage.get("total")),
        first_count(usage, _CACHE_READ),
        first_count(usage, _CACHE_WRITE),
        apart=True,
    )


LANGFUSE = Dialect("langfuse", (_TYPE,), _kind, _facts)

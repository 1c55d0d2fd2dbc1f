"""Vercel's AI SDK with its own telemetry, of `ai.*` attributes.

| | |
|---|---|
| covers | the npm package ai from 3 to 6, `experimental_telemetry` |
| known by | `ai.operationId` |
| kind | generateText, streamText, generateObject, streamObject: call; embed, embedMany; toolCall: nothing |
| nesting | doGenerate, doStream, doEmbed inside are the requests; the span around counts without one inside |
| provider | `ai.model.provider`, such as openai.chat; else `gen_ai.system` |
| tokens | `ai.usage.inputTokens` and `.outputTokens`, `.promptTokens` and `.completionTokens` before 5 |
| cache | of Anthropic apart from the input up to 5, `ai.response.providerMetadata` tells; inside of it from 6 on |
| content | `ai.prompt.messages`, else `ai.prompt`; `ai.response.*`, `ai.result.*` before 4 |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.content import conversation, tool_call, tool_names
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import USAGE
from warpmetrics_otel.translate.dialects.providers import provider_name
from warpmetrics_otel.translate.dialects.usage import native_tokens
from warpmetrics_otel.translate.dialects.values import first, first_count, parsed
from warpmetrics_otel.translate.tokens import count
from warpmetrics_otel.translate.views import SpanView

_OPERATION = "ai.operationId"
_CALLS = ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")
_KINDS: Mapping[Any, Kind] = {
    **dict.fromkeys([f"{name}{inner}" for name in _CALLS for inner in ("", ".doGenerate", ".doStream")], "call"),
    **dict.fromkeys(["ai.embed", "ai.embed.doEmbed", "ai.embedMany", "ai.embedMany.doEmbed"], "embedding"),
}
_TEXT = ("ai.response.text", "ai.response.object", "ai.result.text", "ai.result.object")
_TOOL_CALLS = ("ai.response.toolCalls", "ai.result.toolCalls")
_PROMPT = ("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens", *USAGE.prompt)
_COMPLETION = ("ai.usage.outputTokens", "ai.usage.completionTokens", *USAGE.completion)
_READ_INSIDE = "ai.usage.inputTokenDetails.cacheReadTokens"
_WRITTEN_INSIDE = "ai.usage.inputTokenDetails.cacheWriteTokens"


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    operation = attributes.get(_OPERATION)
    return _KINDS.get(operation) if isinstance(operation, str) else None


def _facts(span: SpanView) -> CallFacts:
    attributes = span.attributes
    model = first(attributes, ("ai.model.id", semconv.GEN_AI_REQUEST_MODEL, "ai.response.model"))
    given = first(attributes, ("ai.model.provider", semconv.GEN_AI_PROVIDER_NAME, "gen_ai.system"))
    provider = provider_name(given, model)
    response, calls = first(attributes, _TEXT), parsed(first(attributes, _TOOL_CALLS))
    return CallFacts(
        provider,
        model,
        _messages(attributes),
        response,
        tool_names(attributes.get("ai.prompt.tools")),
        [_called(call) for call in calls if isinstance(call, dict)] or None if isinstance(calls, list) else None,
        _tokens(attributes, provider),
    )


def _messages(attributes: Mapping[str, Any]) -> Any:
    listed = parsed(attributes.get("ai.prompt.messages"))
    if listed is None:
        prompt = parsed(attributes.get("ai.prompt"))
        if not isinstance(prompt, dict):
            texts = first(attributes, ("ai.values", "ai.value"))
            return prompt if texts is None else [_unquoted(text) for text in _listed(texts)]
        listed = first(prompt, ("messages", "prompt"))
        listed = [{"role": "user", "content": listed}] if isinstance(listed, str) else listed
        return conversation(_in_parts(listed), prompt.get("system"))
    return conversation(_in_parts(listed))


def _listed(texts: Any) -> list[Any]:
    return list(texts) if isinstance(texts, list | tuple) else [texts]


def _unquoted(text: Any) -> Any:
    # Each is JSON, which `parsed` takes for what was said.
    found = parsed(f"[{text}]")
    return found[0] if isinstance(found, list) and len(found) == 1 else text


def _in_parts(messages: Any) -> Any:
    """Messages whose contents are parts of the SDK's own kinds, in the parts of the GenAI conventions."""
    if not isinstance(messages, list):
        return messages
    return [
        {"role": item.get("role"), "parts": [_part(part) for part in item["content"]]}
        if isinstance(item, dict) and isinstance(item.get("content"), list)
        else item
        for item in messages
    ]


def _part(part: Any) -> Any:
    if not isinstance(part, dict):
        return {"type": "text", "content": part}
    match part.get("type"):
        case "text" | "reasoning" as kind:
            return {"type": kind, "content": part.get("text")}
        case "tool-call":
            arguments = part.get("input", part.get("args"))
            return {
                "type": "tool_call",
                "id": part.get("toolCallId"),
                "name": part.get("toolName"),
                "arguments": arguments,
            }
        case "tool-result":
            output = part.get("output", part.get("result"))
            value = output.get("value") if isinstance(output, dict) and output.keys() == {"type", "value"} else output
            return {"type": "tool_call_response", "id": part.get("toolCallId"), "response": value}
    return part


def _called(call: Mapping[str, Any]) -> dict[str, Any]:
    return tool_call(call.get("toolCallId"), call.get("toolName"), call.get("input", call.get("args")))


def _tokens(attributes: Mapping[str, Any], provider: str) -> dict[str, Any] | None:
    inside = _READ_INSIDE in attributes or _WRITTEN_INSIDE in attributes
    read = first_count(attributes, (_READ_INSIDE, "ai.usage.cachedInputTokens"))
    written = count(attributes.get(_WRITTEN_INSIDE))
    if not inside and provider == "anthropic":
        usage = _anthropic_usage(attributes)
        read = count(usage.get("cache_read_input_tokens")) if read is None else read
        written = count(usage.get("cache_creation_input_tokens"))
    return native_tokens(
        provider,
        first_count(attributes, _PROMPT),
        first_count(attributes, _COMPLETION),
        count(attributes.get("ai.usage.totalTokens")),
        read,
        written,
        apart=not inside and provider == "anthropic",
    )


def _anthropic_usage(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = parsed(attributes.get("ai.response.providerMetadata"))
    of_provider = metadata.get("anthropic") if isinstance(metadata, dict) else None
    if not isinstance(of_provider, dict):
        return {}
    usage = of_provider.get("usage")
    if isinstance(usage, dict):
        return usage
    return {
        "cache_creation_input_tokens": of_provider.get("cacheCreationInputTokens"),
        "cache_read_input_tokens": of_provider.get("cacheReadInputTokens"),
    }


VERCEL_AI = Dialect("vercel_ai", (_OPERATION,), _kind, _facts)

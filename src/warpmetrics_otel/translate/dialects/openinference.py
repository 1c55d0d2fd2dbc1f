"""OpenInference (Arize Phoenix), of whichever library or framework, in Python, JavaScript or Java.

| | |
|---|---|
| covers | openinference-semantic-conventions up to 0.1.42 |
| known by | `openinference.span.kind` |
| kind | LLM: call; EMBEDDING; AGENT: group; CHAIN: group where it is a node of a graph, else nothing; others: nothing |
| provider | `llm.provider`, else `llm.system` |
| tokens | `llm.token_count.*`; the prompt's include the cache |
| content | `llm.input_messages.{i}.message.*` and `llm.output_messages.*`, else `input.value` and `output.value` |
| cost | `llm.cost.total`, in US dollars |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel.translate.dialects.content import Answer, answer, conversation, tool_names
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.graphs import is_graph_node
from warpmetrics_otel.translate.dialects.indexed import unfolded
from warpmetrics_otel.translate.dialects.providers import provider_name
from warpmetrics_otel.translate.dialects.usage import UsageNames, tokens_of
from warpmetrics_otel.translate.dialects.values import first, parsed
from warpmetrics_otel.translate.tokens import count
from warpmetrics_otel.translate.views import SpanView

_SPAN_KIND = "openinference.span.kind"
_KINDS: Mapping[Any, Kind] = {"LLM": "call", "EMBEDDING": "embedding", "AGENT": "group"}
_ASKED_MODEL = "llm.request.model_name"
_PARAMETERS = ("llm.invocation_parameters", "embedding.invocation_parameters")
_MODEL = ("llm.model_name", "embedding.model_name", "llm.response.model_name")
_USAGE = UsageNames(
    prompt=("llm.token_count.prompt",),
    completion=("llm.token_count.completion",),
    total=("llm.token_count.total",),
    cache_read=("llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"),
    cache_write=("llm.token_count.prompt_details.cache_write",),
)
_LISTS = (
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.tools.",
    "llm.prompts.",
    "llm.choices.",
    "embedding.embeddings.",
)
_CALL = "tool_call."
_CALLS_AMONG_PARTS = ("tool_use", "tool_call")
_CONTENT = "message_content."


def _kind(name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    kind = attributes.get(_SPAN_KIND)
    if not isinstance(kind, str):
        return None
    if kind == "CHAIN":
        return "group" if is_graph_node(name, attributes) else None
    return _KINDS.get(kind)


def _facts(span: SpanView) -> CallFacts:
    attributes = span.attributes
    model = _model(attributes)
    provider = provider_name(first(attributes, ("llm.provider", "llm.system")), model)
    lists = unfolded(attributes, _LISTS)
    given, said = _given(attributes, lists), _answered(attributes, lists)
    tools = lists.get("llm.tools")
    cost = count(attributes.get("llm.cost.total"))
    return CallFacts(
        provider,
        model,
        given,
        said.response,
        tool_names([_inner(tool, "tool.json_schema") for tool in tools]) if tools else None,
        said.tool_calls,
        tokens_of(attributes, _USAGE, provider),
        None if cost is None else float(cost),
    )


def _model(attributes: Mapping[str, Any]) -> Any:
    """The model asked for, which most instrumentations leave to the parameters; what they name answered."""
    asked = attributes.get(_ASKED_MODEL)
    if asked is None:
        parameters = parsed(first(attributes, _PARAMETERS))
        asked = parameters.get("model") if isinstance(parameters, dict) else None
    return asked if isinstance(asked, str) else first(attributes, _MODEL)


def _given(attributes: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> Any:
    messages = lists.get("llm.input_messages")
    if messages:
        return conversation([_message(item) for item in messages])
    prompts = lists.get("llm.prompts")
    if prompts:
        return conversation([{"role": "user", "content": _inner(item, "prompt.text")} for item in prompts])
    texts = lists.get("embedding.embeddings")
    if texts:
        return [_inner(item, "embedding.text") for item in texts]
    value = parsed(attributes.get("input.value"))
    if isinstance(value, dict):
        value = first(value, ("messages", "input", "prompt")) or value
    return conversation([{"role": "user", "content": value}]) if isinstance(value, str) else conversation(value)


def _answered(attributes: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> Answer:
    messages = lists.get("llm.output_messages")
    if messages:
        return answer([_message(item) for item in messages])
    choices = lists.get("llm.choices")
    if choices:
        return Answer(_inner(choices[0], "completion.text"))
    # A provider's whole answer as JSON is not its text.
    value = attributes.get("output.value")
    return Answer(value) if attributes.get("output.mime_type", "text/plain") == "text/plain" else Answer()


def _message(item: Any) -> Any:
    """A message as clients have it."""
    if not isinstance(item, dict):
        return item
    message: dict[str, Any] = {"role": item.get("message.role"), "content": item.get("message.content")}
    contents, calls = item.get("message.contents"), item.get("message.tool_calls")
    if isinstance(contents, list):
        # Anthropic's tool calls stand among the contents too, without what is in them.
        message["content"] = [made for part in contents if (made := _part(part))["type"] not in _CALLS_AMONG_PARTS]
    if isinstance(calls, list):
        message["tool_calls"] = [_call(call) for call in calls if isinstance(call, dict)]
    for name in ("tool_call_id", "name"):
        if (value := item.get(f"message.{name}")) is not None:
            message[name] = value
    return message


def _part(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"type": "text", "text": item}
    part = {"type": "text"} | {name.removeprefix(_CONTENT): value for name, value in item.items()}
    if part.get("type") == "image" and (url := part.get("image.image.url")) is not None:
        return {"type": "image_url", "image_url": {"url": url}}
    return part


def _call(item: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": item.get(f"{_CALL}function.name"), "arguments": item.get(f"{_CALL}function.arguments", {})}
    return {"id": item.get(f"{_CALL}id"), "function": named}


def _inner(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else item


OPENINFERENCE = Dialect("openinference", (_SPAN_KIND,), _kind, _facts)

"""The GenAI conventions of OpenTelemetry as they were, with `gen_ai.system` for the provider.

| | |
|---|---|
| covers | conventions up to 1.36, in any language: openai-v2, Azure's and Microsoft's SDKs, Spring AI, .NET |
| known by | `gen_ai.system` without `gen_ai.provider.name` |
| kind | the operation's name as today; without one a span is a call that names its model and an answer or its usage |
| tokens | `gen_ai.usage.prompt_tokens`, `.completion_tokens` before 1.27, today's names from then on |
| content | span events `gen_ai.*.message`, `gen_ai.choice`; before, `gen_ai.content.*`; or attributes |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.content import answer, conversation
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import facts, kind_of_operation
from warpmetrics_otel.translate.dialects.values import parsed
from warpmetrics_otel.translate.views import EventView, SpanView

SYSTEM = "gen_ai.system"
_PROMPT, _COMPLETION = "gen_ai.prompt", "gen_ai.completion"
_MESSAGE_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE_EVENT = "gen_ai.choice"
_PROMPT_EVENT, _COMPLETION_EVENT = "gen_ai.content.prompt", "gen_ai.content.completion"
# Azure's SDKs put an event's body into one attribute, because span events have none.
_BODY = "gen_ai.event.content"
_ANSWERED = (
    semconv.GEN_AI_RESPONSE_ID,
    semconv.GEN_AI_RESPONSE_MODEL,
    semconv.GEN_AI_RESPONSE_FINISH_REASONS,
    semconv.GEN_AI_USAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    "gen_ai.usage.prompt_tokens",
    "gen_ai.usage.completion_tokens",
    _COMPLETION,
)


def kind_without_operation(attributes: Mapping[str, Any]) -> Kind | None:
    """What a span is that names no operation: a call, if it names a model and something of an answer."""
    if not isinstance(attributes.get(semconv.GEN_AI_REQUEST_MODEL), str):
        return None
    return "call" if any(name in attributes for name in _ANSWERED) else None


def facts_with_events(span: SpanView) -> CallFacts:
    """What a span says of a request in its attributes, and in events where those have its content."""
    said = facts(span)
    given, output = span.attributes.get(_PROMPT), span.attributes.get(_COMPLETION)
    if given is not None and said.messages is None:
        said = said._replace(messages=conversation(_text_or_messages(given)))
    if output is not None and said.response is None:
        said = _answered(said, output)
    return _from_events(said, span.events) if span.events else said


def _from_events(said: CallFacts, events: Sequence[EventView]) -> CallFacts:
    messages = []
    for event in events:
        role = _MESSAGE_EVENTS.get(event.name)
        if role is not None:
            messages.append({"role": role, **_body(event)})
        elif event.name == _CHOICE_EVENT and said.response is None and said.tool_calls is None:
            body = _body(event)
            choice = parsed(body.get("message"))
            said = _answered(said, {"role": "assistant", **choice} if isinstance(choice, dict) else body)
        elif event.name == _PROMPT_EVENT and said.messages is None:
            said = said._replace(messages=conversation(_text_or_messages(event.attributes.get(_PROMPT))))
        elif event.name == _COMPLETION_EVENT and said.response is None:
            said = _answered(said, event.attributes.get(_COMPLETION))
    return said._replace(messages=conversation(messages)) if messages and said.messages is None else said


def _answered(said: CallFacts, output: Any) -> CallFacts:
    found = answer(output)
    return said._replace(response=found.response, tool_calls=found.tool_calls)


def _body(event: EventView) -> dict[str, Any]:
    body = parsed(event.attributes.get(_BODY))
    if isinstance(body, dict):
        return body
    names = ("role", "content", "tool_calls", "id", "message")
    return {
        "tool_call_id" if name == "id" else name: parsed(value) if name in ("tool_calls", "message") else value
        for name in names
        if (value := event.attributes.get(name)) is not None
    }


def _text_or_messages(given: Any) -> Any:
    found = parsed(given)
    return found if isinstance(found, list | dict) else [{"role": "user", "content": given}]


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    if semconv.GEN_AI_OPERATION_NAME in attributes:
        return kind_of_operation(attributes)
    return kind_without_operation(attributes)


def _claims(attributes: Mapping[str, Any], _scope: str) -> bool:
    return semconv.GEN_AI_PROVIDER_NAME not in attributes


GEN_AI_SYSTEM = Dialect("gen_ai.system", (SYSTEM,), _kind, facts_with_events, _claims)

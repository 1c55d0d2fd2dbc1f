"""The GenAI conventions of OpenTelemetry, as their instrumentations write them today.

| | |
|---|---|
| covers | conventions from 1.37 to those of the GenAI repository; written by opentelemetry-util-genai up to 1.3 |
| known by | `gen_ai.operation.name`, `gen_ai.provider.name` |
| kind | chat, generate_content, text_completion: call; embeddings; invoke_agent, invoke_workflow: group |
| tokens | the prompt's include the cache; a cache's writing under the new name or the old |
| content | `gen_ai.input.messages`, `gen_ai.output.messages`, as structures or JSON |
| cost | `gen_ai.usage.cost`, or `.amount` of it where no other currency is named |

Other conventions that build on these use `kind_of_operation` and `facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.content import answer, conversation, tool_names
from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.providers import provider_name
from warpmetrics_otel.translate.dialects.usage import UsageNames, tokens_of
from warpmetrics_otel.translate.tokens import count
from warpmetrics_otel.translate.views import SpanView

_OPERATIONS: Mapping[Any, Kind] = {
    semconv.OPERATION_CHAT: "call",
    semconv.OPERATION_GENERATE_CONTENT: "call",
    semconv.OPERATION_TEXT_COMPLETION: "call",
    semconv.OPERATION_EMBEDDINGS: "embedding",
    semconv.OPERATION_INVOKE_AGENT: "group",
    semconv.OPERATION_INVOKE_WORKFLOW: "group",
    "handle_conversation_turn": "group",
    "plan": "group",
}
USAGE = UsageNames(
    prompt=(semconv.GEN_AI_USAGE_INPUT_TOKENS, "gen_ai.usage.prompt_tokens"),
    completion=(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, "gen_ai.usage.completion_tokens"),
    total=("gen_ai.usage.total_tokens",),
    cache_read=(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, "gen_ai.usage.cache_read_input_tokens"),
    cache_write=(
        semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
        semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
        "gen_ai.usage.cache_creation_input_tokens",
    ),
)
_COST, _AMOUNT, _CURRENCY = semconv.GEN_AI_USAGE_COST, "gen_ai.usage.cost.amount", "gen_ai.usage.cost.currency"


def kind_of_operation(attributes: Mapping[str, Any]) -> Kind | None:
    """What the name of a span's operation says that it is."""
    operation = attributes.get(semconv.GEN_AI_OPERATION_NAME)
    return _OPERATIONS.get(operation) if isinstance(operation, str) else None


def facts(span: SpanView) -> CallFacts:
    """What a span says of a request in the attributes of the GenAI conventions."""
    attributes = span.attributes
    get = attributes.get
    model = get(semconv.GEN_AI_REQUEST_MODEL) or get(semconv.GEN_AI_RESPONSE_MODEL)
    provider = provider_name(get(semconv.GEN_AI_PROVIDER_NAME) or get("gen_ai.system"), model)
    given, system = get(semconv.GEN_AI_INPUT_MESSAGES), get(semconv.GEN_AI_SYSTEM_INSTRUCTIONS)
    output, definitions = get(semconv.GEN_AI_OUTPUT_MESSAGES), get(semconv.GEN_AI_TOOL_DEFINITIONS)
    said = None if output is None else answer(output)
    return CallFacts(
        provider,
        model,
        None if given is None and system is None else conversation(given, system),
        said and said.response,
        None if definitions is None else tool_names(definitions),
        said and said.tool_calls,
        tokens_of(attributes, USAGE, provider),
        cost(attributes),
    )


def cost(attributes: Mapping[str, Any]) -> float | None:
    """US dollars, where a span says what its request cost in them."""
    value = count(attributes.get(_COST))
    if value is None and attributes.get(_CURRENCY, "USD") == "USD":
        value = count(attributes.get(_AMOUNT))
    return None if value is None else float(value)


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    return kind_of_operation(attributes)


GEN_AI = Dialect("gen_ai", (semconv.GEN_AI_OPERATION_NAME,), _kind, facts)

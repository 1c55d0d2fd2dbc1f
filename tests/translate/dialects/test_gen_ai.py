"""The GenAI conventions as they are today."""

import json

import pytest

from tests.translate.spans import CHAT, only_call, span
from warpmetrics_otel.translate.dialects import kind_of


def of(**attributes):
    return only_call(span(attributes=CHAT | attributes))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("chat", "call"),
        ("generate_content", "call"),
        ("text_completion", "call"),
        ("embeddings", "embedding"),
        ("invoke_agent", "group"),
        ("invoke_workflow", "group"),
        ("handle_conversation_turn", "group"),
        ("plan", "group"),
        ("create_agent", None),
        ("execute_tool", None),
        ("retrieval", None),
        ("search_memory", None),
        ("fetch_response", None),
        ("evaluation", None),
        ("rerank", None),
        ("agent_step", None),
        (5, None),
    ],
)
@pytest.mark.parametrize("provider", ["gen_ai.provider.name", "gen_ai.system", "other"])
def test_kinds(operation, kind, provider):
    assert kind_of("x", {"gen_ai.operation.name": operation, provider: "openai"}) == kind


@pytest.mark.parametrize(
    ("provider", "tokens"),
    [
        ("openai", {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12, "cacheWrite": 4}),
        ("anthropic", {"prompt": 20, "completion": 5, "total": 25, "cacheWrite": 4, "cacheRead": 12}),
        ("gcp.gemini", {"prompt": 20, "completion": 5, "total": 25, "cacheRead": 12, "cacheWrite": 4}),
    ],
)
@pytest.mark.parametrize("write", ["gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"])
def test_tokens_include_the_cache_under_the_names_of_each_provider(provider, tokens, write):
    counted = {
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 12,
        write: 4,
    }
    assert of(**{"gen_ai.provider.name": provider}, **counted)["tokens"] == tokens


def test_a_cache_larger_than_the_prompt_was_counted_apart():
    counted = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.cache_read.input_tokens": 100}
    assert of(**{"gen_ai.provider.name": "anthropic"}, **counted)["tokens"]["prompt"] == 120


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        ({}, None),
        ({"gen_ai.usage.input_tokens": "20"}, None),
        ({"gen_ai.usage.input_tokens": float("nan")}, None),
        ({"gen_ai.usage.output_tokens": 5}, {"completion": 5, "cachedInput": 0}),
        ({"gen_ai.usage.total_tokens": 5}, {"total": 5, "cachedInput": 0}),
        (
            {"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 0},
            {"prompt": 5, "completion": 0, "total": 5, "cachedInput": 0},
        ),
    ],
)
def test_what_was_not_counted_is_left_out(given, tokens):
    assert of(**given)["tokens"] == tokens


@pytest.mark.parametrize(
    ("given", "cost"),
    [
        ({"gen_ai.usage.cost": 0.5}, 0.5),
        ({"gen_ai.usage.cost.amount": 0.5}, 0.5),
        ({"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "USD"}, 0.5),
        ({"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "EUR"}, None),
        ({"gen_ai.usage.cost": "much"}, None),
    ],
)
def test_cost_is_in_dollars_or_not_told(given, cost):
    assert of(**given).get("cost") == cost


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ({"gen_ai.provider.name": "az.ai.openai"}, "azure.ai.openai"),
        ({"gen_ai.provider.name": "OpenAI"}, "openai"),
        ({"gen_ai.provider.name": "my-proxy"}, "my-proxy"),
        ({"gen_ai.provider.name": "", "gen_ai.request.model": "claude-sonnet-4-5"}, "anthropic"),
        ({"gen_ai.provider.name": None, "gen_ai.request.model": "gemini-2.5-pro"}, "gcp.gemini"),
        ({"gen_ai.provider.name": None, "gen_ai.request.model": "our-own"}, "unknown"),
        ({"gen_ai.provider.name": None, "gen_ai.request.model": 5}, "unknown"),
    ],
)
def test_the_provider_is_called_as_the_registry_calls_it(given, provider):
    attributes = {name: value for name, value in (CHAT | given).items() if value is not None}
    assert only_call(span(attributes=attributes))["provider"] == provider


def test_the_model_that_answered_stands_for_one_that_nobody_asked_for():
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.response.model": "gpt-4o-2024"}
    call = only_call(span(attributes=attributes))
    assert (call["provider"], call["model"]) == ("openai", "gpt-4o-2024")


MESSAGES = [
    {"role": "user", "parts": [{"type": "text", "content": "Look."}, {"type": "uri", "modality": "image", "uri": "u"}]},
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "t1", "name": "search", "arguments": '{"q": 1}'}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "result": "found"}], "name": "search"},
    {"role": "assistant", "parts": [{"type": "thinking", "content": "hm"}]},
    {"role": "user", "parts": [{"type": "text", "content": "Well?"}], "name": None, "finish_reason": "stop"},
]


READ = [
    MESSAGES[0],
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "t1", "name": "search", "arguments": {"q": 1}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}], "name": "search"},
    {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}]},
    {"role": "user", "content": "Well?"},
]


@pytest.mark.parametrize("written", [json.dumps(MESSAGES), MESSAGES, tuple(MESSAGES)])
def test_messages_are_structures_or_json(written):
    assert of(**{"gen_ai.input.messages": written})["messages"] == READ


def test_content_that_a_limit_cut_stays_what_it_is():
    cut = json.dumps(MESSAGES)[:40]
    assert of(**{"gen_ai.input.messages": cut})["messages"] == cut


@pytest.mark.parametrize(
    ("instructions", "messages"),
    [
        ("Be brief.", [{"role": "system", "content": "Be brief."}]),
        ('[{"type":"text","content":"Be brief."}]', [{"role": "system", "content": "Be brief."}]),
        (
            '[{"type":"text","content":"Be brief."},{"type":"text","content":"Be kind."}]',
            [{"role": "system", "parts": [{"type": "text", "content": text} for text in ("Be brief.", "Be kind.")]}],
        ),
    ],
)
def test_instructions_given_apart_come_first(instructions, messages):
    system = {"gen_ai.system_instructions": instructions}
    assert of(**system)["messages"] == messages
    told = of(**system, **{"gen_ai.input.messages": '[{"role":"user","content":"hi"}]'})
    assert told["messages"] == [*messages, {"role": "user", "content": "hi"}]


def text(content):
    return {"type": "text", "content": content}


@pytest.mark.parametrize(
    ("output", "response", "tool_calls"),
    [
        ([{"role": "assistant", "parts": [text("a"), text("b")]}], "ab", None),
        # Two to choose from: the first.
        ([{"role": "assistant", "parts": [text("a")]}, {"role": "assistant", "parts": [text("b")]}], "a", None),
        # One in several messages: all of it.
        (
            [
                {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}]},
                {"role": "assistant", "parts": [text("a")]},
                {"role": "assistant", "parts": [{"type": "tool_call", "id": "t", "name": "n"}]},
            ],
            "a",
            [{"id": "t", "name": "n", "arguments": "{}"}],
        ),
        ([{"role": "assistant", "content": "a"}], "a", None),
        ([], None, None),
        ("a", "a", None),
        ("42", "42", None),
        ('{"verdict": "good"}', '{"verdict": "good"}', None),
        ([5, None], "[5, null]", None),
    ],
)
def test_answers(output, response, tool_calls):
    call = of(**{"gen_ai.output.messages": output if isinstance(output, str) else json.dumps(output)})
    assert (call["response"], call["toolCalls"]) == (response, tool_calls)


@pytest.mark.parametrize(
    ("definitions", "names"),
    [
        ([{"type": "function", "name": "search"}], ["search"]),
        ([{"type": "function", "function": {"name": "search"}}], ["search"]),
        ([{"name": "search", "input_schema": {}}, {"type": "web_search"}], ["search", "web_search"]),
        (["search"], ["search"]),
        ([], None),
        (5, None),
    ],
)
def test_tools_are_told_by_their_names(definitions, names):
    assert of(**{"gen_ai.tool.definitions": json.dumps(definitions)})["tools"] == names

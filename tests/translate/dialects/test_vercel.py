"""Vercel's AI SDK: its own telemetry of `ai.*` from version 3 to 6, and @ai-sdk/otel."""

import json

import pytest

from tests.translate.spans import failed, native, only_call, parents, span
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.foreign import call_id, group_id

REQUEST = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "openai.chat", "ai.model.id": "gpt-4o"}
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "What is the weather in Paris?"}]},
]
READ = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is the weather in Paris?"},
]


def of(**attributes):
    return only_call(span("ai.generateText.doGenerate", REQUEST | attributes))


def test_every_field_as_version_5_writes_it():
    request = span(
        "ai.streamText.doStream",
        {
            "operation.name": "ai.streamText.doStream weather",
            "ai.operationId": "ai.streamText.doStream",
            "ai.telemetry.functionId": "weather",
            "ai.model.provider": "openai.responses",
            "ai.model.id": "gpt-4o",
            "ai.prompt.messages": json.dumps(MESSAGES),
            "ai.prompt.tools": [json.dumps({"type": "function", "name": "get_weather"})],
            "ai.response.text": "Let me see.",
            "ai.response.toolCalls": json.dumps(
                [{"toolCallId": "t1", "toolName": "get_weather", "input": '{"city":"Paris"}'}]
            ),
            "ai.response.finishReason": "tool-calls",
            "ai.response.model": "gpt-4o-2024-08-06",
            "ai.usage.inputTokens": 62,
            "ai.usage.outputTokens": 15,
            "ai.usage.totalTokens": 77,
            "ai.usage.cachedInputTokens": 40,
            "gen_ai.system": "openai.responses",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 62,
            "gen_ai.usage.output_tokens": 15,
        },
    )
    call = only_call(request)
    assert {name: value for name, value in call.items() if not name.endswith("At")} == {
        "id": call_id(request),
        "provider": "openai",
        "model": "gpt-4o",
        "messages": READ,
        "response": "Let me see.",
        "tools": ["get_weather"],
        "toolCalls": [{"id": "t1", "name": "get_weather", "arguments": '{"city":"Paris"}'}],
        "tokens": {"prompt": 62, "completion": 15, "total": 77, "cachedInput": 40},
        "duration": 230,
        "status": "success",
    }


def test_every_field_as_version_3_wrote_it():
    call = of(
        **{
            "ai.prompt.messages": json.dumps(MESSAGES),
            "ai.result.text": "Sunny.",
            "ai.result.toolCalls": json.dumps([{"toolCallId": "t1", "toolName": "look", "args": {"q": 1}}]),
            "ai.usage.promptTokens": 62,
            "ai.usage.completionTokens": 15,
        }
    )
    assert (call["messages"], call["response"]) == (READ, "Sunny.")
    assert call["toolCalls"] == [{"id": "t1", "name": "look", "arguments": '{"q":1}'}]
    assert call["tokens"] == {"prompt": 62, "completion": 15, "total": 77, "cachedInput": 0}


def test_tool_calls_and_results_among_messages():
    listed = [
        {
            "role": "assistant",
            "content": [
                {"type": "reasoning", "text": "hm"},
                {"type": "tool-call", "toolCallId": "t1", "toolName": "look", "input": {"q": 1}},
            ],
        },
        {
            "role": "tool",
            "content": [{"type": "tool-result", "toolCallId": "t1", "output": {"type": "text", "value": "found"}}],
        },
        {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "t2", "result": {"a": 1}}, "odd"]},
    ]
    assert of(**{"ai.prompt.messages": json.dumps(listed)})["messages"] == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                {"type": "tool_call", "id": "t1", "name": "look", "arguments": {"q": 1}},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}]},
        {
            "role": "tool",
            "parts": [
                {"type": "tool_call_response", "id": "t2", "response": {"a": 1}},
                {"type": "text", "content": "odd"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("prompt", "messages"),
    [
        ({"prompt": "hi"}, [{"role": "user", "content": "hi"}]),
        (
            {"system": "Be brief.", "prompt": "hi"},
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
        ),
        ({"messages": [{"role": "user", "content": "hi"}]}, [{"role": "user", "content": "hi"}]),
    ],
)
def test_the_prompt_of_a_whole_generation(prompt, messages):
    attributes = {"ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o", "ai.prompt": json.dumps(prompt)}
    assert only_call(span("ai.generateText", attributes))["messages"] == messages


ANTHROPIC = {"ai.model.provider": "anthropic.messages", "ai.usage.outputTokens": 20}


@pytest.mark.parametrize(
    "usage",
    [
        # Up to 5 the input leaves out the cache of Anthropic.
        {
            "ai.usage.inputTokens": 256,
            "ai.usage.cachedInputTokens": 1536,
            "ai.response.providerMetadata": json.dumps({"anthropic": {"cacheCreationInputTokens": 256}}),
        },
        {
            "ai.usage.promptTokens": 256,
            "ai.response.providerMetadata": json.dumps(
                {"anthropic": {"usage": {"cache_creation_input_tokens": 256, "cache_read_input_tokens": 1536}}}
            ),
        },
        # From 6 on it is in there.
        {
            "ai.usage.inputTokens": 2048,
            "ai.usage.cachedInputTokens": 1536,
            "ai.usage.inputTokenDetails.cacheReadTokens": 1536,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 256,
        },
    ],
    ids=["5", "4", "6"],
)
def test_the_cache_of_anthropic_is_in_the_prompt_whatever_the_version(usage):
    tokens = {"prompt": 2048, "completion": 20, "total": 2068, "cacheWrite": 256, "cacheRead": 1536}
    assert of(**ANTHROPIC, **usage)["tokens"] == tokens


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ("openai.chat", "openai"),
        ("azure-openai.chat", "azure.ai.openai"),
        ("anthropic.messages", "anthropic"),
        ("google.generative-ai", "gcp.gemini"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("amazon-bedrock", "aws.bedrock"),
        ("mistral.chat", "mistral_ai"),
        ("xai.chat", "x_ai"),
        ("groq.chat", "groq"),
        ("ollama.chat", "ollama.chat"),
    ],
)
def test_providers(given, provider):
    assert of(**{"ai.model.provider": given})["provider"] == provider


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        *(
            (f"ai.{name}{inside}", "call")
            for name in ("generateText", "generateObject")
            for inside in ("", ".doGenerate")
        ),
        *((f"ai.{name}{inside}", "call") for name in ("streamText", "streamObject") for inside in ("", ".doStream")),
        *((f"ai.{name}{inside}", "embedding") for name in ("embed", "embedMany") for inside in ("", ".doEmbed")),
        ("ai.toolCall", None),
        ("ai.rerank", None),
    ],
)
def test_kinds(operation, kind):
    assert kind_of(operation, {"ai.operationId": operation, "gen_ai.system": "openai"}) == kind


def test_a_generation_counts_by_its_requests_and_names_the_run():
    whole = span(
        "ai.generateText",
        {
            "ai.operationId": "ai.generateText",
            "ai.telemetry.functionId": "weather",
            "ai.usage.inputTokens": 147,
            "ai.usage.outputTokens": 26,
        },
    )
    counts = {"ai.usage.inputTokens": 62, "ai.usage.outputTokens": 15}
    requests = [span("ai.generateText.doGenerate", REQUEST | counts, whole) for _ in range(2)]
    tool = span("ai.toolCall", {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "look"}, whole)
    rows = native(*requests, tool, whole)
    assert [run["label"] for run in rows["runs"]] == ["weather"]
    assert [call["id"] for call in rows["calls"]] == [call_id(one) for one in requests]
    assert sum(call["tokens"]["total"] for call in rows["calls"]) == 154
    assert set(parents(rows).values()) == {rows["runs"][0]["id"]}


def test_a_generation_that_failed_before_it_asked_is_told():
    attributes = {"ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o"}
    [call] = native(span("ai.generateText", attributes, **failed("no tool is called so")))["calls"]
    assert (call["status"], call["error"]) == ("error", "no tool is called so")


def test_texts_that_are_embedded():
    root = span()
    values = {"ai.operationId": "ai.embedMany.doEmbed", "ai.values": ['"a"', "b", '"c"'], "ai.usage.tokens": 5}
    rows = native(root, span("ai.embedMany.doEmbed", values, root))
    assert [call["messages"] for call in rows["calls"]] == [None, ["a", "b", "c"]]
    assert rows["calls"][1]["tokens"] == {"prompt": 5}


def test_an_object_is_the_answer():
    assert of(**{"ai.response.object": '{"city":"Paris"}'})["response"] == '{"city":"Paris"}'


def test_the_newer_package_writes_the_genai_conventions_and_sums_on_agents_and_steps():
    usage = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10}
    root = span("handler", {})

    def of_sdk(operation, parent, **more):
        attributes = {"gen_ai.operation.name": operation, "gen_ai.provider.name": "openai", **usage, **more}
        return span(operation, attributes, parent, scope="gen_ai")

    agent = of_sdk("invoke_agent", root, **{"gen_ai.agent.name": "weather"})
    step = of_sdk("agent_step", agent)
    chat = of_sdk("chat", step, **{"gen_ai.usage.cache_creation.input_tokens": 4})
    tool, rerank = of_sdk("execute_tool", step), of_sdk("rerank", agent)
    failing = of_sdk("chat", step)._replace(**failed("boom"))
    rows = native(root, agent, step, chat, tool, rerank, failing)
    assert [group["label"] for group in rows["groups"]] == ["weather"]
    assert [call["id"] for call in rows["calls"]] == [call_id(chat), call_id(failing)]
    assert rows["calls"][0]["tokens"] == {
        "prompt": 100,
        "completion": 10,
        "total": 110,
        "cachedInput": 0,
        "cacheWrite": 4,
    }
    assert rows["calls"][1]["error"] == "boom"
    assert parents(rows)[call_id(chat)] == group_id(agent)

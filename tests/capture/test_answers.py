"""What is captured of an answer, field by field, is the same however it was asked for."""

import pytest
from opentelemetry.context import get_current

from tests.capture.ways import MESSAGES, REQUESTS, RICH, close, resource, ways
from warpmetrics_otel import capture
from warpmetrics_otel.testing import Answer, Usage

GOLDEN = {
    "openai.chat": {
        "provider": "openai",
        "request_model": "gpt-test",
        "request_parameters": {
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.top_p": 0.9,
            "gen_ai.request.max_tokens": 50,
            "gen_ai.request.seed": 7,
            "gen_ai.request.stop_sequences": ["END"],
        },
        "instructions": None,
        "finish_reasons": ["tool_calls"],
        "tokens": {"prompt": 100, "completion": 20, "total": 120, "cachedInput": 30},
    },
    "openai.responses": {
        "provider": "openai",
        "request_model": "gpt-test",
        "request_parameters": {
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.top_p": 0.9,
            "gen_ai.request.max_tokens": 50,
            "gen_ai.request.reasoning.level": "low",
        },
        "instructions": "Be brief.",
        "finish_reasons": ["tool_calls"],
        "tokens": {"prompt": 100, "completion": 20, "total": 120, "cachedInput": 30},
    },
    "anthropic.messages": {
        "provider": "anthropic",
        "request_model": "claude-test",
        "request_parameters": {
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.top_k": 5,
            "gen_ai.request.max_tokens": 50,
            "gen_ai.request.stop_sequences": ["END"],
        },
        "instructions": "Be brief.",
        "finish_reasons": ["tool_use"],
        "tokens": {"prompt": 100, "completion": 20, "total": 120, "cacheWrite": 0, "cacheRead": 30},
    },
}
RESPONSE_IDS = {"openai.chat": "chatcmpl-1", "openai.responses": "resp_1", "anthropic.messages": "msg_1"}


@pytest.mark.parametrize("way", ways(), ids=str)
async def test_every_field(way, server, sink):
    client = way.client(server)
    assert capture.warp(client, sink) is client
    server.answer(RICH)
    before = get_current()
    result = await way(client)
    assert get_current() is before, "no context is left behind"
    data = sink.only
    await close(client)

    for name, value in GOLDEN[way.api].items():
        assert getattr(data, name) == value, name
    assert data.messages == MESSAGES
    assert data.tools == ["weather"]
    assert data.tool_definitions == REQUESTS[way.api]["tools"]
    assert data.response_model == "test-2026"
    assert data.response_id == RESPONSE_IDS[way.api]
    assert data.response == "It rains in Riga."
    (call,) = data.tool_calls
    assert (call["id"], call["name"]) == ("call_1", "weather")
    assert call["arguments"].replace(" ", "") == '{"city":"Riga","days":2}'
    # Old clients do not know the field of Anthropic's answers that counts reasoning.
    assert data.reasoning_tokens == 5 or (way.api.startswith("anthropic") and data.reasoning_tokens is None)
    assert data.stream is way.stream
    assert not data.failed
    assert (data.server_address, data.server_port) == ("127.0.0.1", int(server.url.rpartition(":")[2]))
    assert 0 < data.started_ns <= (data.first_chunk_ns or data.started_ns) <= data.ended_ns
    assert (data.first_chunk_ns is not None) is way.stream
    assert any(key is result for key in sink.keys), "call() must find what the user holds"
    assert sink.steps[0] == "started"


@pytest.mark.parametrize("way", ways("plain", "stream", "helper"), ids=str)
async def test_refusal_is_the_response(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(refusal="I can not help."))
    await way(client)
    assert sink.only.response == "I can not help."
    assert sink.only.finish_reasons == (["refusal"] if way.api.startswith("anthropic") else ["stop"])
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain", "stream", "helper") if way.api != "openai.chat"], ids=str)
async def test_reasoning_that_is_shown(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="Rain.", reasoning="It is November."))
    await way(client)
    assert (sink.only.reasoning, sink.only.response) == ("It is November.", "Rain.")
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain", "stream", "helper") if "anthropic" in way.api], ids=str)
async def test_cache_writes_count_as_prompt(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="Rain.", usage=Usage(prompt=100, completion=20, cached=30, cache_write=10)))
    await way(client)
    assert sink.only.tokens == {"prompt": 100, "completion": 20, "total": 120, "cacheWrite": 10, "cacheRead": 30}
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain", "stream") if way.api == "openai.responses"], ids=str)
async def test_answer_cut_by_the_token_limit(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rai", finish="max_output_tokens"))
    await way(client)
    assert sink.only.finish_reasons == ["length"]
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("stream") if way.api == "openai.chat"], ids=str)
async def test_stream_without_usage_has_no_tokens(way, server, sink):
    client = capture.warp(way.client(server), sink)
    asked = resource(client, way.api).create(model="m", messages=MESSAGES, stream=True)
    if way.is_async:
        async for chunk in await asked:
            assert chunk.choices, "a request must not be changed to ask for usage"
    else:
        for chunk in asked:
            assert chunk.choices, "a request must not be changed to ask for usage"
    assert sink.only.tokens is None
    await close(client)


@pytest.mark.parametrize("way", ways("plain"), ids=str)
async def test_messages_are_a_snapshot(way, server, sink):
    client = capture.warp(way.client(server), sink)
    messages = [{"role": "user", "content": [{"type": "text", "text": "one"}]}]
    if way.api == "openai.responses":
        messages[0]["content"][0]["type"] = "input_text"
    await way(client, **{"input" if way.api == "openai.responses" else "messages": messages})
    messages[0]["content"][0]["text"] = "two"
    messages.append({"role": "user", "content": "three"})
    assert len(sink.only.messages) == 1
    assert sink.only.messages[0]["content"][0]["text"] == "one"
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain", "helper") if way.api != "openai.responses"], ids=str)
async def test_messages_from_a_generator_still_reach_the_model(way, server, sink):
    client = capture.warp(way.client(server), sink)
    await way(client, messages=(message for message in MESSAGES))
    assert server.requests[0].body["messages"] == MESSAGES == sink.only.messages
    await close(client)


async def test_several_choices(server, sink):
    (way,) = [way for way in ways("plain") if way.api == "openai.chat" and not way.is_async]
    client = capture.warp(way.client(server), sink)
    server.answer("one")
    await way(client, n=2)
    assert sink.only.finish_reasons == ["stop", "stop"]
    assert sink.only.response == "one"
    assert sink.only.request_parameters["gen_ai.request.choice.count"] == 2
    await close(client)

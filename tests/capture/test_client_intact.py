"""A warped client is the client it was: its type, its methods, its streams and what hangs on them."""

import inspect
import logging

import anthropic
import openai
import pytest

from tests.capture.ways import MESSAGES, REQUESTS, RICH, close, resource, ways
from warpmetrics_otel import capture
from warpmetrics_otel.testing import Answer

PLAIN = ways("plain")


@pytest.mark.parametrize("way", PLAIN, ids=str)
async def test_type_and_methods(way, server, sink):
    plain, client = way.client(server), way.client(server)
    assert capture.warp(client, sink) is client
    assert type(client) is type(plain)
    before, after = resource(plain, way.api), resource(client, way.api)
    assert type(after) is type(before)
    assert inspect.signature(after.create) == inspect.signature(before.create)
    assert after.create.__name__ == "create"
    for each in (plain, client):
        await close(each)


@pytest.mark.parametrize("way", ways("stream", "helper", "raw"), ids=str)
async def test_what_the_user_gets_is_of_the_clients_type(way, server, sink):
    plain, client = way.client(server), capture.warp(way.client(server), sink)
    server.answer(RICH, RICH)
    expected, got = await way(plain), await way(client)
    assert issubclass(type(got), type(expected))
    # Before 1.0 the class of Anthropic's streams took no subclass of its own for an instance.
    if "__instancecheck__" not in vars(type(type(expected))):
        assert isinstance(got, type(expected))
    assert type(got).__name__ == type(expected).__name__
    assert repr(type(got)) == repr(type(expected))
    for each in (plain, client):
        await close(each)


@pytest.mark.parametrize("way", ways("stream"), ids=str)
async def test_headers_of_a_stream(way, server, sink):
    client = capture.warp(way.client(server), sink)
    stream = await way(client)
    assert stream.response.headers["x-request-id"] == "req_local"
    assert stream.response.status_code == 200
    await close(client)


@pytest.mark.parametrize("way", ways("stream", "helper"), ids=str)
async def test_the_same_events_pass(way, server, sink):
    async def kinds(client):
        server.answer(RICH)
        kwargs = REQUESTS[way.api]
        opened = resource(client, way.api).stream(**kwargs) if way.how == "helper" else None
        if opened is None:
            opened = resource(client, way.api).create(**kwargs, stream=True)
            opened = await opened if way.is_async else opened
        if way.is_async:
            async with opened as stream:
                return [getattr(item, "type", type(item)) async for item in stream]
        with opened as stream:
            return [getattr(item, "type", type(item)) for item in stream]

    plain, client = way.client(server), capture.warp(way.client(server), sink)
    assert await kinds(client) == await kinds(plain)
    for each in (plain, client):
        await close(each)


@pytest.mark.parametrize("way", ways("helper"), ids=str)
async def test_helper_accumulates_the_answer(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(RICH)
    final = {
        "openai.chat": "get_final_completion",
        "openai.responses": "get_final_response",
        "anthropic.messages": "get_final_message",
    }[way.api]
    manager = resource(client, way.api).stream(**REQUESTS[way.api])
    assert sink.steps == [], "nothing is sent before the helper is entered"
    if way.is_async:
        async with manager as stream:
            whole = await getattr(stream, final)()
    else:
        with manager as stream:
            whole = getattr(stream, final)()
    assert whole.id == sink.only.response_id
    assert any(key is manager for key in sink.keys)
    assert any(key is stream for key in sink.keys)
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("helper") if "anthropic" in way.api], ids=str)
async def test_text_stream_of_the_helper(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer("It rains in Riga.")
    manager = client.messages.stream(**REQUESTS[way.api])
    if way.is_async:
        async with manager as stream:
            said = [text async for text in stream.text_stream]
    else:
        with manager as stream:
            said = list(stream.text_stream)
    assert "".join(said) == sink.only.response == "It rains in Riga."
    await close(client)


@pytest.mark.parametrize("way", ways("raw", "raw stream"), ids=str)
async def test_raw_response(way, server, sink):
    client = capture.warp(way.client(server), sink)
    kwargs = {**REQUESTS[way.api], **({"stream": True} if way.stream else {})}
    raw = resource(client, way.api).with_raw_response.create(**kwargs)
    raw = await raw if way.is_async else raw
    assert raw.headers["x-request-id"] == "req_local"
    assert raw.status_code == 200
    assert any(key is raw for key in sink.keys)
    assert ("finished" in sink.steps) is not way.stream, "a body that is read already is looked into at once"
    raw.http_response.close() if not way.is_async else await raw.http_response.aclose()
    await close(client)


@pytest.mark.parametrize("way", ways("streaming response"), ids=str)
async def test_streaming_response_read_by_hand_is_one_call_without_an_answer(way, server, sink):
    client = capture.warp(way.client(server), sink)
    opened = resource(client, way.api).with_streaming_response.create(**REQUESTS[way.api])
    if way.is_async:
        async with opened as response:
            body = b"".join([part async for part in response.iter_bytes()])
    else:
        with opened as response:
            body = b"".join(response.iter_bytes())
    assert MESSAGES[0]["content"].encode() in body
    assert (sink.only.response, sink.only.failed) == (None, False)
    await close(client)


@pytest.mark.parametrize("way", PLAIN, ids=str)
async def test_views_made_before_warp_are_captured(way, server, sink):
    client = way.client(server)
    assert resource(client.with_raw_response, way.api).create is not None
    assert resource(client, way.api).with_raw_response.create is not None
    capture.warp(client, sink)
    for view in (resource(client.with_raw_response, way.api), resource(client, way.api).with_raw_response):
        answered = view.create(**REQUESTS[way.api])
        if way.is_async:
            await answered
    assert sink.steps.count("finished") == 2
    await close(client)


@pytest.mark.parametrize("way", ways("plain", "stream", "helper"), ids=str)
async def test_warping_twice_changes_nothing(way, server, sink):
    client = capture.warp(way.client(server), sink)
    create = resource(client, way.api).create
    assert capture.warp(client, sink) is client
    assert resource(client, way.api).create is create
    await way(client)
    assert sink.only
    await close(client)


@pytest.mark.parametrize("way", ways("plain", "stream", "helper"), ids=str)
async def test_another_sink_takes_over_while_it_wants_to(way, server, sink):
    other = type(sink)()
    client = capture.warp(capture.warp(way.client(server), sink), other)
    await way(client)
    assert other.only
    assert sink.steps == []
    other.wanted = False
    await way(client)
    assert sink.only
    await close(client)


@pytest.mark.parametrize("way", PLAIN, ids=str)
async def test_copies_are_warped(way, server, sink):
    client = capture.warp(way.client(server), sink)
    for copy in (client.with_options(max_retries=1), client.copy(), client.with_options().with_options(max_retries=1)):
        assert type(copy) is type(client)
        await way(copy)
    assert sink.steps.count("finished") == 3
    await close(client)


@pytest.mark.parametrize("way", ways("plain", "stream", "helper", "raw"), ids=str)
async def test_an_unwanted_call_is_left_alone(way, server, sink):
    sink.wanted = False
    client = capture.warp(way.client(server), sink)
    await way(client)
    assert sink.events == []
    await close(client)


@pytest.mark.parametrize("is_async", [False, True])
async def test_azure(is_async, server, sink):
    kind = openai.AsyncAzureOpenAI if is_async else openai.AzureOpenAI
    client = capture.warp(kind(azure_endpoint=server.url, api_key="key", api_version="2024-10-21"), sink)
    answered = client.chat.completions.create(model="deployment", messages=MESSAGES)
    if is_async:
        await answered
    assert server.requests[0].path.startswith("/openai/deployments/deployment/chat/completions")
    assert (sink.only.provider, sink.only.request_model) == ("azure.ai.openai", "deployment")
    await close(client)


async def test_anthropic_beta(server, sink):
    client = capture.warp(anthropic.Anthropic(base_url=server.anthropic_base_url, api_key="key"), sink)
    client.beta.messages.create(**REQUESTS["anthropic.messages"])
    assert sink.only.response == MESSAGES[0]["content"]
    client.close()


@pytest.mark.parametrize("way", [way for way in PLAIN if "openai" in way.api], ids=str)
async def test_structured_answers(way, server, sink):
    from pydantic import BaseModel

    class Weather(BaseModel):
        rain: bool

    client = capture.warp(way.client(server), sink)
    server.answer('{"rain": true}')
    if way.api == "openai.chat":
        answered = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Weather)
    else:
        answered = client.responses.parse(model="m", input=MESSAGES, text_format=Weather)
    answer = await answered if way.is_async else answered
    parsed = answer.choices[0].message.parsed if way.api == "openai.chat" else answer.output_parsed
    assert parsed == Weather(rain=True)
    assert sink.only.response == '{"rain": true}'
    assert sink.only.request_parameters["gen_ai.output.type"] == "json"
    await close(client)


async def test_raw_answer_that_cannot_be_parsed_raises_where_it_is_parsed(server, sink):
    from pydantic import BaseModel, ValidationError

    class Weather(BaseModel):
        rain: bool

    client = capture.warp(openai.OpenAI(base_url=server.openai_base_url, api_key="key"), sink)
    server.answer(Answer(text="no JSON"))
    raw = client.chat.completions.with_raw_response.parse(model="m", messages=MESSAGES, response_format=Weather)
    with pytest.raises(ValidationError):
        raw.parse()
    assert sink.steps.count("finished") == 1
    client.close()


@pytest.mark.parametrize("unknown", [None, object(), openai, anthropic, "client"], ids=lambda one: type(one).__name__)
def test_an_unknown_client_is_returned_with_a_warning(unknown, sink, caplog):
    assert capture.warp(unknown, sink) is unknown
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("warpmetrics_otel", logging.WARNING)
    assert "record_call" in record.getMessage()

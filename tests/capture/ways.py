"""Every way to ask the real clients for an answer, as one table: which API, how, and with what the user ends up."""

from collections.abc import Callable
from dataclasses import dataclass

import anthropic
import openai

from warpmetrics_otel.testing import Answer, ToolCall, Usage

MESSAGES = [{"role": "user", "content": "What is the weather in Riga?"}]
PARAMETERS = {"temperature": 0.5, "top_p": 0.9}
FUNCTION = {
    "name": "weather",
    "strict": True,  # older stream helpers take no others
    "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
}
OPENAI_TOOL = {"type": "function", "function": FUNCTION}
RESPONSES_TOOL = {"type": "function", **FUNCTION}
ANTHROPIC_TOOL = {"name": "weather", "input_schema": {"type": "object", "properties": {}}}

REQUESTS = {
    "openai.chat": {
        "model": "gpt-test",
        "messages": MESSAGES,
        "tools": [OPENAI_TOOL],
        "max_completion_tokens": 50,
        "stop": "END",
        "seed": 7,
        **PARAMETERS,
    },
    "openai.responses": {
        "model": "gpt-test",
        "input": MESSAGES,
        "instructions": "Be brief.",
        "tools": [RESPONSES_TOOL],
        "max_output_tokens": 50,
        "reasoning": {"effort": "low"},
        **PARAMETERS,
    },
    "anthropic.messages": {
        "model": "claude-test",
        "messages": MESSAGES,
        "system": "Be brief.",
        "tools": [ANTHROPIC_TOOL],
        "max_tokens": 50,
        "stop_sequences": ["END"],
        "extra_body": {"temperature": 0.5, "top_k": 5},  # its newest client has no arguments for these
    },
}

RICH = Answer(
    text="It rains in Riga.",
    tool_calls=(ToolCall("weather", {"city": "Riga", "days": 2}, id="call_1"),),
    model="test-2026",
    usage=Usage(prompt=100, completion=20, cached=30, reasoning=5),
)


@dataclass(frozen=True)
class Way:
    api: str
    how: str
    is_async: bool
    run: Callable

    @property
    def stream(self):
        return self.how in ("stream", "helper", "raw stream", "streaming response of a stream")

    def __str__(self):
        return f"{self.api} {'async' if self.is_async else 'sync'} {self.how}"

    def client(self, server, **options):
        options = {"api_key": "key", "max_retries": 0, **options}
        if self.api.startswith("openai"):
            kind = openai.AsyncOpenAI if self.is_async else openai.OpenAI
            return kind(base_url=server.openai_base_url, **options)
        kind = anthropic.AsyncAnthropic if self.is_async else anthropic.Anthropic
        return kind(base_url=server.anthropic_base_url, **options)

    async def __call__(self, client, **changes):
        """Make the request and consume the answer; gives what stands for it in the user's code."""
        kwargs = {**REQUESTS[self.api], **changes}
        if self.stream and self.how != "helper":
            kwargs["stream"] = True
            if self.api == "openai.chat":
                kwargs["stream_options"] = {"include_usage": True}
        elif self.how == "helper" and self.api == "openai.chat":
            kwargs["stream_options"] = {"include_usage": True}
        result = self.run(resource(client, self.api), kwargs)
        return await result if self.is_async else result


def resource(client, api):
    return {"openai.chat": lambda: client.chat.completions, "openai.responses": lambda: client.responses}.get(
        api, lambda: client.messages
    )()


def _consume(stream):
    for _ in stream:
        pass
    return stream


async def _aconsume(stream):
    async for _ in stream:
        pass
    return stream


def _plain(methods, kwargs):
    return methods.create(**kwargs)


def _stream(methods, kwargs):
    return _consume(methods.create(**kwargs))


async def _astream(methods, kwargs):
    return await _aconsume(await methods.create(**kwargs))


def _helper(methods, kwargs):
    with methods.stream(**kwargs) as stream:
        return _consume(stream)


async def _ahelper(methods, kwargs):
    async with methods.stream(**kwargs) as stream:
        return await _aconsume(stream)


def _raw(methods, kwargs):
    return methods.with_raw_response.create(**kwargs).parse()


async def _araw(methods, kwargs):
    return await _parsed(await methods.with_raw_response.create(**kwargs))


def _raw_stream(methods, kwargs):
    return _consume(_raw(methods, kwargs))


async def _araw_stream(methods, kwargs):
    return await _aconsume(await _araw(methods, kwargs))


def _streaming_response(methods, kwargs):
    with methods.with_streaming_response.create(**kwargs) as response:
        return response.parse()


async def _astreaming_response(methods, kwargs):
    async with methods.with_streaming_response.create(**kwargs) as response:
        return await response.parse()


def _streaming_response_of_stream(methods, kwargs):
    with methods.with_streaming_response.create(**kwargs) as response:
        return _consume(response.parse())


async def _astreaming_response_of_stream(methods, kwargs):
    async with methods.with_streaming_response.create(**kwargs) as response:
        return await _aconsume(await response.parse())


async def _parsed(raw):
    parsed = raw.parse()
    return await parsed if hasattr(parsed, "__await__") else parsed


_RUNS = {
    "plain": (_plain, _plain),
    "stream": (_stream, _astream),
    "helper": (_helper, _ahelper),
    "raw": (_raw, _araw),
    "raw stream": (_raw_stream, _araw_stream),
    "streaming response": (_streaming_response, _astreaming_response),
    "streaming response of a stream": (_streaming_response_of_stream, _astreaming_response_of_stream),
}
WAYS = [
    Way(api, how, is_async, runs[is_async])
    for api in REQUESTS
    for how, runs in _RUNS.items()
    for is_async in (False, True)
]


def ways(*hows):
    """The ways with one of these manners, or all of them."""
    return [way for way in WAYS if not hows or way.how in hows]


def is_text(item):
    """Whether an event of any API and helper has brought text."""
    choices = getattr(item, "choices", None)
    if choices:
        return bool(choices[0].delta.content)
    if item.type == "content_block_delta":
        return item.delta.type == "text_delta"
    return item.type in ("content.delta", "response.output_text.delta") and item.delta != ""


async def read_text(stream):
    """Read any stream, as far as the first text it brings."""
    if hasattr(type(stream), "__anext__"):
        async for item in stream:
            if is_text(item):
                return
        return
    for item in stream:
        if is_text(item):
            return


async def close(client):
    closing = client.close()
    if closing is not None:
        await closing

"""Messages of every form become the structures of the GenAI conventions, and nothing makes that raise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.capture import CallData
from warpmetrics_otel.translate.content import input_messages, output_messages, system_instructions, tool_definitions

FUNCTION = {"name": "weather", "description": "The weather.", "parameters": {"type": "object"}}


def text(value):
    return {"type": "text", "content": value}


def call(**data):
    return CallData(provider="any", **data)


@pytest.mark.parametrize(
    ("given_message", "expected"),
    [
        ("hello", {"role": "user", "parts": [text("hello")]}),
        ({"role": "system", "content": "Be brief."}, {"role": "system", "parts": [text("Be brief.")]}),
        ({"role": "user", "content": "hi", "name": "ann"}, {"role": "user", "parts": [text("hi")], "name": "ann"}),
        ({"role": "assistant", "content": None, "refusal": "no"}, {"role": "assistant", "parts": [text("no")]}),
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Riga"}'}},
                    {"id": "c2", "type": "custom", "custom": {"name": "shell", "input": "ls"}},
                ],
            },
            {
                "role": "assistant",
                "parts": [
                    {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Riga"}},
                    {"type": "tool_call", "id": "c2", "name": "shell", "arguments": "ls"},
                ],
            },
        ),
        (
            {"role": "tool", "tool_call_id": "c1", "content": "rain"},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]},
        ),
        (
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                    {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "wav"}},
                    {"type": "file", "file": {"file_id": "file-1"}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
                    {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "BBBB"},
                    {"type": "file", "modality": "document", "file_id": "file-1"},
                ],
            },
        ),
        (
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
            {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {}}]},
        ),
        (
            {"type": "function_call_output", "call_id": "c1", "output": "rain"},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]},
        ),
        (
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}]},
        ),
        (
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
            {"role": "user", "parts": [text("hi")]},
        ),
        (
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "s"},
                    {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Riga"}},
                ],
            },
            {
                "role": "assistant",
                "parts": [
                    {"type": "reasoning", "content": "hm"},
                    {"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Riga"}},
                ],
            },
        ),
        (
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "rain"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                    {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}},
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"type": "tool_call_response", "id": "t1", "response": "rain"},
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
                    {"type": "uri", "modality": "document", "uri": "https://example.com/a.pdf"},
                    text("words"),
                ],
            },
        ),
        ({"what": "ever"}, {"role": "user", "parts": [text('{"what": "ever"}')]}),
        (
            {"role": "user", "content": [{"type": "new", "a": 1}]},
            {"role": "user", "parts": [text('{"type": "new", "a": 1}')]},
        ),
        (17, {"role": "user", "parts": [text("17")]}),
    ],
)
def test_input_message(given_message, expected):
    assert input_messages(call(messages=[given_message])) == [expected]


def test_a_bare_text_is_one_message():
    assert input_messages(call(messages="hello")) == [{"role": "user", "parts": [text("hello")]}]


def test_nothing_gives_nothing():
    nothing = call()
    assert input_messages(nothing) is output_messages(nothing) is system_instructions(nothing) is None
    assert tool_definitions(nothing) is None


def test_output_is_reasoning_then_text_then_calls():
    data = call(
        reasoning="hm",
        response="Rain.",
        tool_calls=[{"id": "c1", "name": "weather", "arguments": '{"city": "Riga"}'}],
        finish_reasons=["tool_calls"],
    )
    assert output_messages(data) == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                text("Rain."),
                {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Riga"}},
            ],
            "finish_reason": "tool_calls",
        }
    ]


@pytest.mark.parametrize("given_instructions", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
def test_system_instructions(given_instructions):
    assert system_instructions(call(instructions=given_instructions)) == [text("Be brief.")]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": FUNCTION},
        {"type": "function", **FUNCTION},
        {"name": "weather", "description": "The weather.", "input_schema": {"type": "object"}},
    ],
)
def test_tool_definitions(tool):
    assert tool_definitions(call(tool_definitions=[tool])) == [{"type": "function", **FUNCTION}]


def test_tools_of_which_only_names_are_known():
    assert tool_definitions(call(tools=["weather"])) == [{"type": "function", "name": "weather"}]


class Unspeakable:
    def __repr__(self):
        raise RuntimeError("no words")


CIRCLE = []
CIRCLE.append(CIRCLE)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.builds(Unspeakable)
    | st.just(CIRCLE),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["type", "role", "content", "text", "source", "tool_calls", "function", "image_url", "input_audio"]
            )
            | st.text(),
            inner
            | st.sampled_from(
                ["text", "image", "image_url", "input_audio", "file", "tool_use", "function_call", "reasoning", "tool"]
            ),
        )
    ),
    max_leaves=20,
)


@given(messages=ANYTHING, response=ANYTHING, instructions=ANYTHING, tools=ANYTHING, calls=ANYTHING)
def test_nothing_raises(messages, response, instructions, tools, calls):
    data = call(
        messages=messages, response=response, instructions=instructions, tool_definitions=tools, tool_calls=calls
    )
    for made in (input_messages(data), output_messages(data)):
        for message in made or []:
            assert isinstance(message["role"], str)
            assert all(isinstance(part["type"], str) for part in message["parts"])
    assert all(isinstance(part["type"], str) for part in system_instructions(data) or [])
    assert isinstance(tool_definitions(data) or [], list)


def test_messages_of_the_table_are_json():
    data = call(messages=[{"role": "user", "content": [{"type": "text", "text": "ü"}]}])
    assert json.loads(json.dumps(input_messages(data))) == [{"role": "user", "parts": [text("ü")]}]

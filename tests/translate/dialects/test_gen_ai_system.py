"""The GenAI conventions as they were, with `gen_ai.system`."""

import json

import pytest

from tests.translate.spans import START, only_call, span
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.views import Event

OLD = {"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o"}


QUESTION, ANSWER = "What is the capital of France?", "Paris."


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"gen_ai.system": "openai", "gen_ai.request.model": "m", "gen_ai.response.id": "r"}, "call"),
        ({"gen_ai.system": "openai", "gen_ai.request.model": "m", "gen_ai.usage.prompt_tokens": 5}, "call"),
        ({"gen_ai.system": "openai", "gen_ai.request.model": "m"}, None),
        ({"gen_ai.system": "openai", "gen_ai.response.id": "r"}, None),
    ],
)
def test_before_operations_had_names_a_request_is_known_by_its_model_and_its_answer(given, kind):
    assert kind_of("openai.chat", given) == kind


@pytest.mark.parametrize("prompt", ["gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"])
@pytest.mark.parametrize("completion", ["gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"])
def test_every_field_of_the_older_conventions(prompt, completion):
    attributes = OLD | {
        "gen_ai.response.model": "gpt-4o-2024",
        prompt: 20,
        completion: 5,
        "gen_ai.usage.cache_read_input_tokens": 12,
        "gen_ai.prompt": QUESTION,
        "gen_ai.completion": ANSWER,
    }
    call = only_call(span(attributes=attributes))
    assert (call["provider"], call["model"], call["duration"], call["status"]) == ("openai", "gpt-4o", 230, "success")
    assert call["tokens"] == {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12}
    assert (call["messages"], call["response"]) == ([{"role": "user", "content": QUESTION}], ANSWER)


CALL = [{"id": "t1", "type": "function", "function": {"name": "search", "arguments": '{"q":"x"}'}}]


def event(name, **attributes):
    return Event(name, START, attributes)


@pytest.mark.parametrize(
    "events",
    [
        [
            event("gen_ai.system.message", content="Be brief."),
            event("gen_ai.user.message", content=QUESTION),
            event("gen_ai.assistant.message", tool_calls=json.dumps(CALL)),
            event("gen_ai.tool.message", id="t1", content="found"),
            event("gen_ai.choice", message=json.dumps({"content": ANSWER, "tool_calls": CALL}), index=0),
            event("gen_ai.choice", message=json.dumps({"content": "Lyon."}), index=1),
        ],
        [
            event("gen_ai.system.message", **{"gen_ai.event.content": json.dumps({"content": "Be brief."})}),
            event("gen_ai.user.message", **{"gen_ai.event.content": json.dumps({"content": QUESTION})}),
            event("gen_ai.assistant.message", **{"gen_ai.event.content": json.dumps({"tool_calls": CALL})}),
            event(
                "gen_ai.tool.message",
                **{"gen_ai.event.content": json.dumps({"tool_call_id": "t1", "content": "found"})},
            ),
            event(
                "gen_ai.choice",
                **{"gen_ai.event.content": json.dumps({"message": {"content": ANSWER, "tool_calls": CALL}})},
            ),
        ],
    ],
    ids=["attributes", "Azure"],
)
def test_content_on_events_for_each_message(events):
    call = only_call(span(attributes=OLD, events=events))
    assert call["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "t1", "name": "search", "arguments": {"q": "x"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}]},
    ]
    assert call["response"] == ANSWER
    assert call["toolCalls"] == [{"id": "t1", "name": "search", "arguments": '{"q":"x"}'}]


def test_content_on_one_event_for_what_was_said_and_one_for_what_was_answered():
    events = [
        event("gen_ai.content.prompt", **{"gen_ai.prompt": json.dumps([{"role": "user", "content": QUESTION}])}),
        event(
            "gen_ai.content.completion", **{"gen_ai.completion": json.dumps([{"role": "assistant", "content": ANSWER}])}
        ),
    ]
    call = only_call(span(attributes=OLD, events=events))
    assert (call["messages"], call["response"]) == ([{"role": "user", "content": QUESTION}], ANSWER)

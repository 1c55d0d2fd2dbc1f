"""`redact(value, path)` sees every content and opts value before it goes anywhere; what raises is hidden."""

import json
from collections import deque
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import semconv

SECRET = "sk-123"


@dataclass
class Login:
    user: str
    password: str


class Token:
    def __str__(self) -> str:
        return f"token {SECRET}"


def mask(value: Any, path: str) -> Any:
    return value.replace(SECRET, "***") if isinstance(value, str) else value


def said(memory: Memory) -> str:
    """Everything that the spans say, in one text."""
    return "\n".join(span.to_json() for span in memory.spans)


SECRETS: dict[str, Any] = {
    "text": SECRET,
    "list": [[SECRET]],
    "tuple": (SECRET,),
    "set": {SECRET},
    "deque": deque([SECRET]),
    "mapping": MappingProxyType({"a": SECRET}),
    "bytes": SECRET.encode(),
    "dataclass": Login("u", SECRET),
    "object": Token(),
    "exception": ValueError(SECRET),
    "depths": [[[[[[[[{"a": {"b": {"c": Token()}}}]]]]]]]],
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_gets_out_of_no_verb_in_no_shape(kind):
    secret = SECRETS[kind]
    with remembered(redact=mask, span_content=True) as memory:
        wm = memory.wm
        run = wm.run("Redacted", {"deep": secret, "flat": SECRET})
        group = wm.group(run, "g", {"deep": secret})
        wm.record_call(
            group,
            provider="p",
            model="m",
            messages=[
                {"role": "user", "content": secret},
                {"role": "user", "content": [{"type": "text", "text": secret}]},
            ],
            response=f"it is {SECRET}",
            tool_calls=[{"id": "1", "name": "n", "arguments": json.dumps({"key": SECRET})}],
            opts=secret,
        )
        with wm.start_call(group, provider="p", model="m", messages=secret, opts={"a": secret}) as live:
            live.response = SECRET
        outcome = wm.outcome(run, "Scored", {"score": 1, "metric": SECRET, "reason": f"for {SECRET}", "more": secret})
        wm.act(outcome, "retry", {"a": secret})
        wm.act(outcome, wm.reserve(wm.act("later", {"a": secret})), {"b": secret})
        run.end()
        wm.outcome(run, "Late", {"a": secret})
    everything = said(memory)
    assert SECRET not in everything
    assert everything.count("***") >= 15


def test_redact_is_told_where_each_value_is():
    seen: dict[str, Any] = {}

    def note(value: Any, path: str) -> Any:
        seen[path] = value
        return value

    with remembered(redact=note, span_content=True) as memory:
        wm = memory.wm
        run = wm.run("Paths", {"user": {"mails": ["a", "b"]}, 7: None, "flag": True})
        group = wm.group(run, "g", [1])
        wm.record_call(group, provider="p", model="m", messages="hello", response="hi", opts="bare")
        wm.act(wm.outcome(run, "o", {"x": 1.5}), "a", {"y": 2})
        run.end()
    assert seen == {
        "run.opts.user.mails[0]": "a",
        "run.opts.user.mails[1]": "b",
        "run.opts.7": None,
        "run.opts.flag": True,
        "group.opts[0]": 1,
        "call.opts": "bare",
        "messages[0].role": "user",
        "messages[0].parts[0].type": "text",
        "messages[0].parts[0].content": "hello",
        "response[0].role": "assistant",
        "response[0].parts[0].type": "text",
        "response[0].parts[0].content": "hi",
        "outcome.opts.x": 1.5,
        "act.opts.y": 2,
    }


def test_a_redact_that_raises_hides_the_value():
    def choosy(value: Any, path: str) -> Any:
        if path.endswith("password"):
            raise RuntimeError(value)
        return value

    with remembered(redact=choosy) as memory:
        memory.wm.run("Hidden", {"user": "u", "password": SECRET}).end()
    opts = json.loads(attributes(memory.spans[0])[semconv.WARPMETRICS_OPTS])
    assert opts == {"user": "u", "password": "[redaction failed]"}
    assert SECRET not in said(memory)


@pytest.mark.parametrize(
    ("instead", "recorded"),
    [(None, None), (0, 0), ({"hash": 1}, {"hash": 1}), ({1}, [1]), (float("nan"), "nan"), (b"x", "x")],
)
def test_redact_may_put_anything_in_place_of_a_value(instead, recorded):
    with remembered(redact=lambda value, path: instead) as memory:
        memory.wm.run("Replaced", {"a": SECRET}).end()
    assert json.loads(attributes(memory.spans[0])[semconv.WARPMETRICS_OPTS]) == {"a": recorded}


def test_search_copies_are_of_what_redact_left():
    with remembered(redact=mask) as memory:
        memory.wm.run("Copies", {"key": SECRET, "keys": [SECRET]}).end()
    recorded = attributes(memory.spans[0])
    assert recorded[semconv.WARPMETRICS_OPTS_PREFIX + "key"] == "***"
    assert recorded[semconv.WARPMETRICS_OPTS_PREFIX + "keys"] == ("***",)

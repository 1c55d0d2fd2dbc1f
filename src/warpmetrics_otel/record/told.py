"""What recording tells, from the agent's thread to the one that makes records of it.

A thing told is a tuple (`entities.Told`) of values that nobody changes any more: users' own are texts, or JSON text by
then. Tuples and texts rather than copies of what users gave: that many
objects kept alive cost the agent more, in collected garbage, than making them.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from warpmetrics_otel.entities import ABSENT, Told, Written
from warpmetrics_otel.translate.call_rows import duration_of
from warpmetrics_otel.translate.exact import MAX_DEPTH, json_text, plain_value
from warpmetrics_otel.translate.times import iso


class Json(str):
    """JSON text, where another text stands for itself."""

    __slots__ = ()


def fixed(value: Any) -> Any:
    """The value as it is now: a text or None as it is, anything else as its JSON text."""
    if value is None or type(value) is str:
        return value
    text = json_text(value)
    if text.count("{") + text.count("[") > MAX_DEPTH:
        # Maybe deeper than whoever reads it again goes, which is worth a closer look.
        text = json_text(plain_value(value))
    return Json(text)


def fixed_tokens(tokens: Any) -> Any:
    """A call's tokens as they are now: their values are numbers, which do not change."""
    plain = plain_value(tokens)
    return plain.copy() if type(plain) is dict else plain


def written_run(told: Told) -> Written:
    """The record of a run."""
    _, native_id, label, opts, act_id, act_name, at_ns = told
    text = (
        f'a{{"id":{quoted(native_id)},"label":{_text(label)},"opts":{_text(opts)},"refId":{_text(act_id)},'
        f'"startedAt":"{iso(at_ns)}"}}'
    )
    return (native_id,), (text.encode("ascii"),), ("runs", native_id, label, act_id, act_name)


def written_group(told: Told) -> Written:
    """The records of a group and its link."""
    _, native_id, parent_id, label, opts, at_ns = told
    at = iso(at_ns)
    text = f'b{{"id":{quoted(native_id)},"label":{_text(label)},"opts":{_text(opts)},"startedAt":"{at}"}}'
    link = _link(parent_id, native_id, "group", at)
    return (native_id, f"{parent_id}>{native_id}"), (text.encode("ascii"), link), None


def written_call(told: Told) -> Written:
    """The records of a call and its link."""
    _, native_id, parent_id, data, turns, tokens, more = told
    messages, response, tools, tool_calls, opts = more or (turns, data.response, None, None, None)
    failed = data.error is not None or data.error_type is not None
    model = data.request_model if data.request_model is not None else data.response_model
    text = (
        f'c{{"id":{quoted(native_id)},"provider":{_text(data.provider)},"model":{_text(model)},'
        f'"messages":{_said(messages) if type(messages) is tuple else _text(messages)}'
    )
    if data.by_hand or not failed:
        text += (
            f',"response":{_text(response)},"tools":{"null" if tools is None else _text(tools)},'
            f'"toolCalls":{"null" if tool_calls is None else _text(tool_calls)},"tokens":{_text(tokens)}'
        )
    started, ended = iso(data.started_ns), iso(data.ended_ns)
    text += (
        f',"duration":{duration_of(data)},"startedAt":"{started}","endedAt":"{ended}",'
        f'"status":"{"error" if failed else "success"}"'
    )
    if failed:
        text += f',"error":{_text(data.error or data.error_type)}'
    if opts is not None:
        text += f',"opts":{_text(opts)}'
    if data.cost is not None:
        text += f',"cost":{_text(data.cost)}'
    cost = ABSENT if data.cost is None else data.cost
    fact = ("calls", native_id, data.provider, model, tokens, cost, started)
    link = _link(parent_id, native_id, "call", ended)
    return (native_id, f"{parent_id}>{native_id}"), (f"{text}}}".encode("ascii"), link), fact


def written_mark(told: Told) -> Written:
    """The record of an outcome or act."""
    _, kind, native_id, ref_id, name, opts, at_ns = told
    letter = "e" if kind == "outcomes" else "f"
    text = (
        f'{letter}{{"id":{quoted(native_id)},"refId":{quoted(ref_id)},"name":{_text(name)},"opts":{_text(opts)},'
        f'"timestamp":"{iso(at_ns)}"}}'
    )
    return (native_id,), (text.encode("ascii"),), (kind, native_id, ref_id, name)


def _link(parent_id: str, child_id: str, kind: str, at: str) -> bytes:
    text = f'd{{"parentId":{quoted(parent_id)},"childId":{quoted(child_id)},"type":"{kind}","timestamp":"{at}"}}'
    return text.encode("ascii")


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return quoted(value)
    if value is None:
        return "null"
    if kind is Json:
        return str(value)
    return json_text(value)


def _said(roles_and_texts: tuple[str, ...]) -> str:
    if len(roles_and_texts) == 2:  # a prompt
        role, text = roles_and_texts
        return f'[{{"role":{quoted(role)},"content":{quoted(text)}}}]'
    said = zip(roles_and_texts[::2], roles_and_texts[1::2], strict=True)
    texts = [f'{{"role":{quoted(role)},"content":{quoted(text)}}}' for role, text in said]
    return f"[{','.join(texts)}]"

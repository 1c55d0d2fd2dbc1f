"""What recording tells, from the agent's thread to the one that makes records of it.

A thing told is a tuple (`entities.Told`) of values that nobody changes any more: users' own are texts, or JSON text by
then. Tuples and texts rather than copies of what users gave: that many
objects kept alive cost the agent more, in collected garbage, than making them.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any

from warpmetrics_otel.entities import ABSENT, Told, Written
from warpmetrics_otel.translate.call_rows import duration_of
from warpmetrics_otel.translate.exact import MAX_DEPTH, json_text, plain_value
from warpmetrics_otel.translate.short_calls import messages_text, short_call
from warpmetrics_otel.translate.times import iso

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import CallData


class Json(str):
    """JSON text, where another text stands for itself."""

    __slots__ = ()


def fixed(value: Any) -> Any:
    """The value as it is now: a text or None as it is, anything else as its JSON text."""
    if value is None or type(value) is str or type(value) is Json:
        return value
    text = json_text(value)
    return Json(text if is_shallow(text) else json_text(plain_value(value)))


def is_shallow(text: str) -> bool:
    """Whether JSON text is surely no deeper than whoever reads it again goes; else it is worth a closer look."""
    return text.count("{") + text.count("[") <= MAX_DEPTH


def fixed_tokens(tokens: Any) -> Any:
    """A call's tokens as they are now: their values are numbers, which do not change."""
    plain = plain_value(tokens)
    return plain.copy() if type(plain) is dict else plain


# Of ids only those are quoted that users may have given: of what something is beneath, or about.


def written_run(told: Told) -> Written:
    """The record of a run."""
    _, native_id, label, opts, act_id, act_name, at_ns = told
    text = (
        f'a{{"id":"{native_id}","label":{_text(label)},"opts":{_text(opts)},"refId":{_text(act_id)},'
        f'"startedAt":"{iso(at_ns)}"}}'
    )
    return (native_id,), (text.encode("ascii"),), ("runs", native_id, label, act_id, act_name)


def written_group(told: Told) -> Written:
    """The records of a group and its link."""
    _, native_id, parent_id, label, opts, at_ns = told
    at = iso(at_ns)
    text = f'b{{"id":"{native_id}","label":{_text(label)},"opts":{_text(opts)},"startedAt":"{at}"}}'
    link = _link(parent_id, native_id, "group", at)
    return (native_id, f"{parent_id}>{native_id}"), (text.encode("ascii"), link), None


def written_call(told: Told) -> Written:
    """The records of a call and its link."""
    _, native_id, parent_id, data, turns, tokens, more = told
    model = data.request_model if data.request_model is not None else data.response_model
    started_ns, ended_ns = data.started_ns, data.ended_ns
    record, cost = None, ABSENT
    if more is None and (data.bare or (data.cost is None and not data.failed)):
        duration = duration_of(data)
        record = short_call(
            native_id, data.provider, model, turns, data.response, tokens, duration, started_ns, ended_ns
        )
    elif data.cost is not None:
        cost = data.cost
    if record is None:
        record = _whole_call(native_id, data, model, tokens, more or (turns, data.response, None, None, None))
    fact = ("calls", native_id, data.provider, model, tokens, cost, started_ns / 1_000_000)
    link = _link(parent_id, native_id, "call", iso(ended_ns))
    return (native_id, f"{parent_id}>{native_id}"), (record, link), fact


def _whole_call(native_id: str, data: CallData, model: Any, tokens: Any, said: tuple[Any, ...]) -> bytes:
    messages, response, tools, tool_calls, opts = said
    text = (
        f'c{{"id":"{native_id}","provider":{_text(data.provider)},"model":{_text(model)},'
        f'"messages":{messages_text(messages) if type(messages) is tuple else _text(messages)}'
    )
    if data.by_hand or not data.failed:
        text += (
            f',"response":{_text(response)},"tools":{_text(tools)},"toolCalls":{_text(tool_calls)},'
            f'"tokens":{_text(tokens)}'
        )
    text += (
        f',"duration":{duration_of(data)},"startedAt":"{iso(data.started_ns)}","endedAt":"{iso(data.ended_ns)}",'
        f'"status":"{"error" if data.failed else "success"}"'
    )
    if data.failed:
        text += f',"error":{_text(data.error or data.error_type)}'
    if opts is not None:
        text += f',"opts":{_text(opts)}'
    if data.cost is not None:
        text += f',"cost":{_text(data.cost)}'
    return f"{text}}}".encode("ascii")


def written_mark(told: Told) -> Written:
    """The record of an outcome or act."""
    _, kind, native_id, ref_id, name, opts, at_ns = told
    letter = "e" if kind == "outcomes" else "f"
    text = (
        f'{letter}{{"id":"{native_id}","refId":{quoted(ref_id)},"name":{_text(name)},"opts":{_text(opts)},'
        f'"timestamp":"{iso(at_ns)}"}}'
    )
    return (native_id,), (text.encode("ascii"),), (kind, native_id, ref_id, name)


def _link(parent_id: str, child_id: str, kind: str, at: str) -> bytes:
    text = f'd{{"parentId":{quoted(parent_id)},"childId":"{child_id}","type":"{kind}","timestamp":"{at}"}}'
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

"""Records, as which entities wait in memory or in a spool: a letter for the kind, and the JSON text that is sent.

An entity is written once, when it is taken. Its text is put together here rather than by way of a dictionary, which
takes twice as long; whatever is not as recording makes it goes that way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from warpmetrics_otel.entities import ABSENT, KINDS, Act, Call, Entity, Group, Link, Outcome, Run, row_from
from warpmetrics_otel.translate import short_calls
from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.json_text import encoder

_write = encoder(ascii_only=True)
CODES = {kind: bytes([ord("a") + number]) for number, kind in enumerate(KINDS)}
"""From the name of an array to the letter of its records."""

_KINDS = {code: kind for kind, code in CODES.items()}


def record_of(entity: Entity) -> bytes:
    """The record of an entity. Never raises: what JSON cannot hold is replaced by the nearest thing that it can."""
    if not entity.extra:
        try:
            return _WRITERS[type(entity)](entity).encode("ascii")
        except (TypeError, ValueError, RecursionError):
            # A field that is missing or odd: below, it costs only itself.
            pass
    values = entity.to_json()
    try:
        text = _write(values)
    except (TypeError, ValueError, RecursionError):
        # What is no JSON costs only the field that it is in.
        text = _write({name: plain_value(value) for name, value in values.items()})
    return CODES[entity.kind] + text.encode("ascii")


def row_of(record: bytes) -> tuple[str, bytes] | None:
    """The kind and the JSON text of a record; None when it holds no kind that is known."""
    if record[:1] == short_calls.LETTER:
        record = short_calls.whole_call(record)
    kind = _KINDS.get(record[:1])
    return None if kind is None else (kind, record[1:])


def entity_of(record: bytes) -> Entity:
    """The entity in a record that was written here."""
    row = row_of(record)
    if row is None:
        raise ValueError(f"{record[:1]!r} is no kind of entity")
    kind, text = row
    return row_from(kind, json.loads(text))


# Every field is one of JSON's, or the writers raise TypeError; ABSENT is none.


def _run(run: Run) -> str:
    native_id, label, opts, ref_id, started_at, _ = run
    return (
        f'a{{"id":{quoted(native_id)},"label":{_value(label)},"opts":{_value(opts)},"refId":{_value(ref_id)},'
        f'"startedAt":{quoted(started_at)}}}'
    )


def _group(group: Group) -> str:
    native_id, label, opts, started_at, _ = group
    return (
        f'b{{"id":{quoted(native_id)},"label":{_value(label)},"opts":{_value(opts)},"startedAt":{quoted(started_at)}}}'
    )


def _call(call: Call) -> str:
    native_id, provider, model, messages, *said, duration, started_at, ended_at, status, error, opts, cost, _ = call
    text = (
        f'c{{"id":{quoted(native_id)},"provider":{quoted(provider)},"model":{_value(model)},'
        f'"messages":{_write(messages)}'
    )
    for name, value in zip(_SAID, said, strict=True):
        if value is not ABSENT:
            text += name + _value(value)
    text += (
        f',"duration":{_write(duration)},"startedAt":{quoted(started_at)},"endedAt":{quoted(ended_at)},'
        f'"status":{quoted(status)}'
    )
    if error is not ABSENT:
        text += f',"error":{_value(error)}'
    if opts is not ABSENT:
        text += f',"opts":{_value(opts)}'
    if cost is not ABSENT:
        text += f',"cost":{_value(cost)}'
    return text + "}"


_SAID = (',"response":', ',"tools":', ',"toolCalls":', ',"tokens":')


def _link(link: Link) -> str:
    parent_id, child_id, kind, timestamp, _ = link
    return (
        f'd{{"parentId":{quoted(parent_id)},"childId":{quoted(child_id)},"type":{quoted(kind)},'
        f'"timestamp":{quoted(timestamp)}}}'
    )


def _mark(mark: Outcome | Act) -> str:
    native_id, ref_id, name, opts, timestamp, _ = mark
    letter = "e" if type(mark) is Outcome else "f"
    return (
        f'{letter}{{"id":{quoted(native_id)},"refId":{quoted(ref_id)},"name":{_value(name)},"opts":{_value(opts)},'
        f'"timestamp":{quoted(timestamp)}}}'
    )


def _value(value: Any) -> str:
    if type(value) is str:
        return quoted(value)
    return "null" if value is None else _write(value)


_WRITERS: dict[type[Entity], Callable[[Any], str]] = {
    Run: _run,
    Group: _group,
    Call: _call,
    Link: _link,
    Outcome: _mark,
    Act: _mark,
}

"""Calls in short: what one says, text after text, of which its JSON is made when it is sent.

A call's record is made while the agent waits, where a spool has to have it. Most of that time would go into quoting
long texts for JSON, which can as well be done by whoever sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from warpmetrics_otel.translate.exact import json_text
from warpmetrics_otel.translate.times import iso

LETTER = b"g"
"""What the record of a call in short begins with, among the letters of `records`."""

_BETWEEN = "\0"


def short_call(
    native_id: str,
    provider: Any,
    model: Any,
    turns: tuple[str, ...],
    response: Any,
    tokens: Any,
    duration: float,
    started_ns: int,
    ended_ns: int,
) -> bytes | None:
    """The record of a call that has succeeded, without tools, opts or cost.

    Args:
        native_id: its id.
        provider: who served the model.
        model: the model.
        turns: its messages: role, text, role, text, ...
        response: the answer.
        tokens: as the native API has them.
        duration: milliseconds.
        started_ns: nanoseconds since the epoch.
        ended_ns: likewise.

    Returns:
        None when it has to be written in full: something is no text, is beyond ASCII, or holds what stands between two.
    """
    if type(response) is not str or type(model) is not str or type(provider) is not str:
        return None
    text = (
        f"g{native_id}\0{provider}\0{model}\0{started_ns}\0{ended_ns}\0{duration}\0{json_text(tokens)}\0{response}\0"
        f"{_BETWEEN.join(turns)}"
    )
    return text.encode("ascii") if text.isascii() and text.count(_BETWEEN) == 7 + len(turns) else None


def whole_call(record: bytes) -> bytes:
    """The record in full of a call in short."""
    native_id, provider, model, started, ended, duration, tokens, response, *turns = (
        record[1:].decode("ascii").split(_BETWEEN)
    )
    text = (
        f'c{{"id":{quoted(native_id)},"provider":{quoted(provider)},"model":{quoted(model)},'
        f'"messages":{messages_text(turns)},"response":{quoted(response)},"tools":null,"toolCalls":null,'
        f'"tokens":{tokens},"duration":{duration},"startedAt":"{iso(int(started))}","endedAt":"{iso(int(ended))}",'
        f'"status":"success"}}'
    )
    return text.encode("ascii")


def messages_text(turns: Sequence[str]) -> str:
    """The JSON text of messages that are a role and a text each: role, text, role, text, ..."""
    said = zip(turns[::2], turns[1::2], strict=True)
    texts = [f'{{"role":{quoted(role)},"content":{quoted(text)}}}' for role, text in said]
    return f"[{','.join(texts)}]"

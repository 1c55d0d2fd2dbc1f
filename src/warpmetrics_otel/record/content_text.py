"""Messages and responses as JSON text for content attributes.

Most messages are a role and a text, and most answers a text: those are written straight away. All
other shapes go through the structures of `capture.content`; the result is the same (a test holds).
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record.turns import Turns, turns_of
from warpmetrics_otel.translate.content import input_messages, output_messages, system_instructions
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.opts import Redact, redacted
from warpmetrics_otel.translate.text import MAX_ITEMS, encodable, text_of

MAX_LENGTH = 262_144
"""Characters one content attribute may take; OTLP receivers commonly refuse messages over 4 MiB."""

_CLOSING = "}]}"
_OPENING = {
    role: f'{{"role":"{role}","parts":[{{"type":"text","content":'
    for role in ("user", "assistant", "system", "developer")
}
"""What stands before the text of a message, for the roles that nearly all have."""
_ANSWER = f"[{_OPENING['assistant']}"

_encode = encoder(ascii_only=False, default=text_of)


def add_content(attributes: dict[str, Any], data: CallData, redact: Redact | None) -> None:
    """Add messages and response, for spans whose user asked for content on them."""
    if not data.bare and data.instructions is not None:
        instructions = _text(system_instructions, data, data.instructions, redact, "instructions")
        if instructions is not None:
            attributes[semconv.GEN_AI_SYSTEM_INSTRUCTIONS] = instructions
    if redact is None:
        data.turns = turns = turns_of(data.messages)
        given, answered = _plain_messages(turns) if turns else None, _plain_answer(data)
    else:
        given = answered = None
    if given is None:
        given = _text(input_messages, data, data.messages, redact, "messages")
    if given is not None:
        attributes[semconv.GEN_AI_INPUT_MESSAGES] = given
    if answered is None:
        answered = _text(output_messages, data, data.response, redact, "response")
    if answered is not None:
        attributes[semconv.GEN_AI_OUTPUT_MESSAGES] = answered


def _plain_messages(turns: Turns) -> str | None:
    if len(turns) == 2:  # a prompt
        role, text = turns
        opening = _OPENING.get(role)
        if opening is None or not text:
            return None
        written = f"[{opening}{encode_basestring(text)}{_CLOSING}]"
    else:
        said = [
            f"{_OPENING[role]}{encode_basestring(text)}{_CLOSING}"
            for role, text in zip(turns[::2], turns[1::2], strict=True)
            if role in _OPENING and text
        ]
        if 2 * len(said) < len(turns):
            return None
        written = f"[{','.join(said)}]"
    return written if len(written) <= MAX_LENGTH and written.isascii() else encodable(written)[:MAX_LENGTH]


def _plain_answer(data: CallData) -> str | None:
    response = data.response
    if type(response) is not str or not response:
        return None
    if not data.bare and (data.tool_calls or data.reasoning or data.finish_reasons):
        return None
    written = f"{_ANSWER}{encode_basestring(response)}{_CLOSING}]"
    return written if len(written) <= MAX_LENGTH and written.isascii() else encodable(written)[:MAX_LENGTH]


def _text(
    structure: Callable[[CallData], Any], data: CallData, given: Any, redact: Redact | None, path: str
) -> str | None:
    try:
        content = structure(data)
        if not content:
            return None
        if redact is None:
            return encodable(_encode(content))[:MAX_LENGTH]
    except Exception:  # noqa: BLE001 -- users hand in messages of any form: what has no JSON costs only itself
        content = given
    if redact is not None:
        content, _ = redacted(content, redact, path, MAX_LENGTH)
    from warpmetrics_otel.translate.plain_json import Plain

    return encodable(_encode(Plain(MAX_LENGTH, MAX_ITEMS).convert(content, path)))[:MAX_LENGTH]

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
    if data.instructions is not None and (instructions := instructions_text(data, redact)) is not None:
        attributes[semconv.GEN_AI_SYSTEM_INSTRUCTIONS] = instructions
    given = input_text(data, redact)
    if given is not None:
        attributes[semconv.GEN_AI_INPUT_MESSAGES] = given
    answered = output_text(data, redact)
    if answered is not None:
        attributes[semconv.GEN_AI_OUTPUT_MESSAGES] = answered


def input_text(data: CallData, redact: Redact | None) -> str | None:
    """``gen_ai.input.messages``; None when there are none."""
    if redact is None and type(data.messages) is list:
        text = _role_and_text(data.messages)
        if text is not None:
            return _fitting(text)
    return _text(input_messages, data, data.messages, redact, "messages")


def output_text(data: CallData, redact: Redact | None) -> str | None:
    """``gen_ai.output.messages``; None when there was no answer."""
    response = data.response
    more = data.tool_calls or data.reasoning or data.finish_reasons
    if redact is None and not more and response and type(response) is str:
        return _fitting(f"{_ANSWER}{encode_basestring(response)}{_CLOSING}]")
    return _text(output_messages, data, data.response, redact, "response")


def instructions_text(data: CallData, redact: Redact | None) -> str | None:
    """``gen_ai.system_instructions``; None when there are none apart from the messages."""
    given = data.instructions
    return None if given is None else _text(system_instructions, data, given, redact, "instructions")


def _fitting(text: str) -> str:
    return text if len(text) <= MAX_LENGTH and text.isascii() else encodable(text)[:MAX_LENGTH]


def _role_and_text(messages: list[Any]) -> str | None:
    written = ""
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return None
        try:
            opening, content = _OPENING[message["role"]], message["content"]
        except (KeyError, TypeError):
            return None
        if type(content) is not str or not content:
            return None
        text = f"{opening}{encode_basestring(content)}{_CLOSING}"
        written = f"{written},{text}" if written else text
    return f"[{written}]" if written else None


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

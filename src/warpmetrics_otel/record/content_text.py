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

_CLOSING = "}]},"
_OPENING = {
    role: f'{{"role":"{role}","parts":[{{"type":"text","content":'
    for role in ("user", "assistant", "system", "developer")
}
"""What stands before the text of a message, for the roles that nearly all have."""
_ANSWER, _ANSWERED = f"[{_OPENING['assistant']}", "}]}]"

_encode = encoder(ascii_only=False, default=text_of)


def add_content(attributes: dict[str, Any], data: CallData, redact: Redact | None) -> None:
    """Add messages and response, for spans whose user asked for content on them."""
    if data.instructions is not None:
        instructions = _text(system_instructions, data, data.instructions, redact, "instructions")
        if instructions is not None:
            attributes[semconv.GEN_AI_SYSTEM_INSTRUCTIONS] = instructions
    given, answered = (None, None) if redact is not None else (_plain_messages(data.messages), _plain_answer(data))
    if given is None:
        given = _text(input_messages, data, data.messages, redact, "messages")
    if given is not None:
        attributes[semconv.GEN_AI_INPUT_MESSAGES] = given
    if answered is None:
        answered = _text(output_messages, data, data.response, redact, "response")
    if answered is not None:
        attributes[semconv.GEN_AI_OUTPUT_MESSAGES] = answered


def _plain_messages(messages: Any) -> str | None:
    if type(messages) is not list or not messages:
        return None
    written = "["
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return None
        try:
            opening, content = _OPENING[message["role"]], message["content"]
        except (KeyError, TypeError):
            return None
        if type(content) is not str or not content:
            return None
        written += f"{opening}{encode_basestring(content)}{_CLOSING}"
    written = f"{written[:-1]}]"
    return written if len(written) <= MAX_LENGTH and written.isascii() else encodable(written)[:MAX_LENGTH]


def _plain_answer(data: CallData) -> str | None:
    response = data.response
    if type(response) is not str or not response or data.tool_calls or data.reasoning or data.finish_reasons:
        return None
    written = f"{_ANSWER}{encode_basestring(response)}{_ANSWERED}"
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

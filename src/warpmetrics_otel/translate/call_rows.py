"""Native calls straight from what was collected of them: exact in every field, content included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from warpmetrics_otel.entities import ABSENT, Call
from warpmetrics_otel.translate.call_data import CallData
from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.times import iso, milliseconds


class Content(NamedTuple):
    """What of a native call does not stand on its span, or not exactly. ABSENT fields are not sent."""

    messages: Any = None
    response: Any = ABSENT
    tools: Any = ABSENT
    tool_calls: Any = ABSENT
    tokens: Any = ABSENT
    duration: Any = ABSENT
    """Milliseconds; ABSENT where the span's times tell."""


ContentLookup = Callable[[str], Content | None]
"""From a call's id to its content; None where that is not kept."""


def content_of(data: CallData) -> Content:
    """The content of a call's data, as plain JSON values. A failed call has none but its messages.

    One recorded by hand has them all, as null where they are not known: that is what the vendor's SDK sends.
    """
    messages = plain_value(data.messages)
    failed = data.error is not None or data.error_type is not None
    if failed and not data.by_hand:
        return Content(messages)
    return Content(
        messages,
        plain_value(data.response),
        plain_value(data.tools),
        plain_value(data.tool_calls),
        plain_value(data.tokens),
        duration_of(data) if data.exact else ABSENT,
    )


def call_from_data(call_id: str, data: CallData, opts: Any = None, content: Content | None = None) -> Call:
    """The native call of a call's data.

    Args:
        call_id: its native id.
        data: all that is known of it.
        opts: its opts bag, of plain JSON values.
        content: its content, where that is not what the data holds: redacted, or left out.
    """
    said = content_of(data) if content is None else content
    failed = data.error is not None or data.error_type is not None
    started, ended = data.started_ns, data.ended_ns
    return Call(
        call_id,
        plain_value(data.provider),
        plain_value(data.request_model if data.request_model is not None else data.response_model),
        said.messages,
        said.response,
        said.tools,
        said.tool_calls,
        said.tokens,
        duration_of(data) if said.duration is ABSENT else said.duration,
        iso(started),
        iso(ended),
        "error" if failed else "success",
        (data.error or data.error_type) if failed else ABSENT,
        ABSENT if opts is None else opts,
        ABSENT if data.cost is None else plain_value(data.cost),
    )


def duration_of(data: CallData) -> int | float:
    """Milliseconds: whole ones, unless the user has given the times."""
    if not data.exact:
        return milliseconds(data.started_ns, data.ended_ns)
    duration = data.ended_ns - data.started_ns
    return duration // 1_000_000 if duration % 1_000_000 == 0 else duration / 1_000_000

"""Whether content goes on spans: what writes it there is imported only for those who asked for that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import CallData
    from warpmetrics_otel.record.settings import Settings

ContentWriter = Callable[[dict[str, Any], "CallData"], None]


def content_writer(settings: Settings) -> ContentWriter | None:
    """What puts a call's content among its attributes; None where nobody asked for content on spans."""
    if not settings.span_content:
        return None
    from warpmetrics_otel.record.content_text import add_content

    redact = settings.redact
    return partial(add_content, redact=redact)

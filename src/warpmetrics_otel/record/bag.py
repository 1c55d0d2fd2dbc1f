"""Opts on spans and events, with the warning that says what of them had to be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warpmetrics_otel import semconv
from warpmetrics_otel.record.told import Json, is_shallow
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate import opts as opts_json
from warpmetrics_otel.translate.text import encodable

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core

_MOST_NAMED = 5


def shown(core: Core, opts: Any, path: str) -> Any:
    """The opts bag as it may be shown: redacted where the user asked for that."""
    redact = core.settings.redact
    if redact is None:
        return opts
    shown, replaced = opts_json.redacted(opts, redact, path)
    if replaced:
        _say(replaced)
    return shown


def encoded(opts: Any, path: str) -> tuple[str | None, Any]:
    """The opts bag as JSON text, None when there is none; and the bag for the native API: that text if it says all."""
    if opts is None:
        return None, None
    text, replaced = opts_json.encode(opts, path)
    if replaced:
        _say(replaced)
        return text, opts
    return text, Json(text) if is_shallow(text) else opts


def span_attributes(core: Core, opts: Any, path: str) -> dict[str, Any]:
    """The opts bag, as it may be shown, as span attributes: search copies first, where a span limit evicts first."""
    text, _ = encoded(opts, path)
    if text is None:
        return {}
    limit = core.settings.search_opts
    attributes = opts_json.search_copies(opts, limit) if limit else {}
    attributes[semconv.WARPMETRICS_OPTS] = text
    return attributes


def _say(replaced: list[str]) -> None:
    rest = len(replaced) - _MOST_NAMED
    named = encodable(", ".join(replaced[:_MOST_NAMED])) + (f" and {rest} more" if rest > 0 else "")
    warn_once("opts: replaced what JSON cannot hold: %s; pass plain values to keep them exact", named)

"""Foreign attribute values -> the types that entities have.

A span that came back from a backend may hold any value under any name, so nothing is believed before it was
looked at: what has the wrong type counts as absent.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from warpmetrics_otel import semconv
from warpmetrics_otel.read.cut_json import saved_from
from warpmetrics_otel.read.spans import Attributes

_INT64_END = 2**63


class Opts(NamedTuple):
    """The opts of an entity.

    When a backend or a limit cut their JSON, `cut` is true and `value` holds what could be saved: what stands
    before the cut, the searchable copies, else the text that is left.
    """

    value: Any = None
    cut: bool = False


NO_OPTS = Opts()


def text(attributes: Attributes, key: str) -> str | None:
    """A non-empty string, or None."""
    value = attributes.get(key)
    return value if isinstance(value, str) and value else None


def number(attributes: Attributes, key: str) -> int | float | None:
    """A number, or None. What no count or sum of money can be, such as NaN, is none."""
    value = attributes.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _INT64_END:
        return value
    return None


def position(attributes: Attributes) -> int | None:
    """The place of a run in its chain, counted from 1, or None."""
    value = attributes.get(semconv.WARPMETRICS_CHAIN_POSITION)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def opts(attributes: Attributes) -> Opts:
    """The opts that a span or an event carries."""
    raw = attributes.get(semconv.WARPMETRICS_OPTS)
    if not isinstance(raw, str):
        return NO_OPTS
    try:
        return Opts(json.loads(raw))
    except (ValueError, RecursionError):
        prefix = semconv.WARPMETRICS_OPTS_PREFIX
        copies = {key.removeprefix(prefix): value for key, value in attributes.items() if key.startswith(prefix)}
        saved = saved_from(raw)
        if isinstance(saved, dict):
            reaching = {key: _further(saved[key], copy) if key in saved else copy for key, copy in copies.items()}
            return Opts({**saved, **reaching}, cut=True)
        return Opts(copies or saved or raw, cut=True)


def _further(saved: Any, copy: Any) -> Any:
    """Of two beginnings of one value the one that reaches further: copies have a length too, and of one kind only."""
    if isinstance(saved, (str, list)) and isinstance(copy, type(saved)):
        return copy if len(copy) >= len(saved) else saved
    return saved


def label(attributes: Attributes, on_span: str) -> str:
    """The label of a run, group or call: what the span says, unless it had to be changed to fit on one."""
    return _native(attributes, "label") or on_span


def name(attributes: Attributes, key: str) -> str:
    """The name of an outcome or act, which its event has under `key`, unless it had to be changed to fit there."""
    return _native(attributes, "name") or text(attributes, key) or ""


def _native(attributes: Attributes, field: str) -> str | None:
    raw = attributes.get(semconv.WARPMETRICS_NATIVE)
    if not isinstance(raw, str):
        return None
    try:
        native = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    value = native.get(field) if isinstance(native, dict) else None
    return value if isinstance(value, str) else None

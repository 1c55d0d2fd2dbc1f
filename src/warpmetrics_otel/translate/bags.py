"""The opts bag of a row on its span or event, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.exact import json_text
from warpmetrics_otel.translate.opts import search_copies

SEARCH_OPTS = 16
"""How many search copies a span gets at most."""


def add_opts(attributes: dict[str, Any], opts: Any, *, search: int = 0) -> None:
    """Add the bag as JSON, after at most `search` copies of its scalars."""
    if opts is None:
        return
    if search:
        attributes.update(search_copies(opts, search))
    attributes[semconv.WARPMETRICS_OPTS] = json_text(opts)


def opts_of(attributes: Mapping[str, Any]) -> Any:
    """The bag; None when there is none. Where a limit cut its JSON, what the search copies saved of it."""
    text = attributes.get(semconv.WARPMETRICS_OPTS)
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        prefix = semconv.WARPMETRICS_OPTS_PREFIX
        saved = {key.removeprefix(prefix): value for key, value in attributes.items() if key.startswith(prefix)}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in saved.items()} or None

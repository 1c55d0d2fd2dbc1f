"""The opts bag as span attributes: one lossless JSON text, and copies of its scalars for search.

Any object is accepted. What JSON cannot hold is replaced by the nearest thing it can (`plain_json`),
and the paths of what was replaced are returned so that the caller can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.json_text import encoder, has_exact_json
from warpmetrics_otel.translate.text import INT64, MAX_ITEMS, MAX_TEXT_LENGTH, encodable, int_text, text_of

Redact = Callable[[Any, str], Any]

REDACTION_FAILED = "[redaction failed]"
MAX_SEARCH_LENGTH = 1024
"""Characters of a search copy: backends index prefixes, and Tempo cuts attributes at 2,048 bytes."""

_MAX_SEARCH_KEY = 128
_MAX_SEARCH_ITEMS = 64
_encode = encoder(ascii_only=True)
# Characters of a text and values in all: each attempt keeps less, until the JSON is short enough, as the last one is.
_ATTEMPTS = ((60_000, MAX_ITEMS), (16_384, 8000), (4096, 4000), (512, 1000), (64, 200), (16, 50))


def encode(opts: Any, path: str = "opts") -> tuple[str, list[str]]:
    """Encode opts as compact ASCII JSON of at most `MAX_TEXT_LENGTH` characters.

    Returns the JSON and, in words, what had to be replaced to make it (empty when nothing had).
    Never raises.
    """
    try:
        text = _encode(opts)
        if len(text) <= MAX_TEXT_LENGTH and has_exact_json(opts):
            return text, []
    except Exception:  # noqa: BLE001, S110 -- a user's container may raise anything; below it costs only itself
        pass
    from warpmetrics_otel.translate.plain_json import Plain

    for longest_text, most_items in _ATTEMPTS:
        plain = Plain(longest_text, most_items)
        text = _encode(plain.convert(opts, path))
        if len(text) <= MAX_TEXT_LENGTH:
            break
    return text, plain.replaced


def search_copies(opts: Any, limit: int) -> dict[str, Any]:
    """Copies of the bag's scalars, and lists of scalars, as attributes of their own; at most `limit` of them."""
    copies: dict[str, Any] = {}
    try:
        if not isinstance(opts, Mapping):
            return copies
        for key, value in opts.items():
            if len(copies) >= limit:
                break
            name = encodable(text_of(key))
            copy = _searchable(value)
            if 0 < len(name) <= _MAX_SEARCH_KEY and copy is not None:
                copies[semconv.WARPMETRICS_OPTS_PREFIX + name] = copy
    except Exception:  # noqa: BLE001 -- what a user's mapping raises; the JSON says that it could not be read
        return copies
    return copies


def redacted(value: Any, redact: Redact, path: str, longest_text: int = MAX_TEXT_LENGTH) -> tuple[Any, list[str]]:
    """A copy of the value with every leaf passed through ``redact(leaf, path)``; one that raises hides its leaf.

    The value is made plain first: what `redact` sees is what would get out, whatever object it came from.

    Returns:
        The copy, and in words what of the value had to be replaced to make it plain.
    """
    from warpmetrics_otel.translate.plain_json import Plain

    plain = Plain(longest_text, MAX_ITEMS)
    return _redacted(plain.convert(value, path), redact, path), plain.replaced


def _redacted(value: Any, redact: Redact, path: str) -> Any:
    if isinstance(value, dict):
        return {key: _redacted(item, redact, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item, redact, f"{path}[{index}]") for index, item in enumerate(value)]
    try:
        return redact(value, path)
    except Exception:  # noqa: BLE001 -- whatever went wrong, the value must not get out
        return REDACTION_FAILED


def _searchable(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return encodable(value[:MAX_SEARCH_LENGTH])
    if kind is bool or kind is float:
        return value
    if kind is int:
        return value if value in INT64 else int_text(value)[:MAX_SEARCH_LENGTH]
    if (kind is list or kind is tuple) and value:
        if any(type(item) not in (str, bool, int, float) for item in value):
            return None
        items = [_searchable(item) for item in value[:_MAX_SEARCH_ITEMS]]
        return items if len({type(item) for item in items}) == 1 else [text_of(item) for item in items]
    return None

"""Token counts as a span has them -> the native tokens, whose prompt includes what came from a cache or went there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from warpmetrics_otel.translate.dialects.values import first_count
from warpmetrics_otel.translate.tokens import with_cache

Number = int | float


class UsageNames(NamedTuple):
    """Which attributes of a convention hold what; of several the first that is there counts."""

    prompt: tuple[str, ...]
    completion: tuple[str, ...]
    total: tuple[str, ...]
    cache_read: tuple[str, ...]
    cache_write: tuple[str, ...]


def tokens_of(attributes: Mapping[str, Any], names: UsageNames, provider: str) -> dict[str, Any] | None:
    """The native tokens of a span; None when nothing was counted."""
    return native_tokens(
        provider,
        first_count(attributes, names.prompt),
        first_count(attributes, names.completion),
        first_count(attributes, names.total),
        first_count(attributes, names.cache_read),
        first_count(attributes, names.cache_write),
    )


def native_tokens(
    provider: str,
    prompt: Number | None,
    completion: Number | None,
    total: Number | None = None,
    read: Number | None = None,
    written: Number | None = None,
    *,
    apart: bool = False,
) -> dict[str, Any] | None:
    """The native tokens; None when nothing was counted.

    Args:
        provider: who counted.
        prompt: tokens of the input.
        completion: tokens of the output.
        total: both, as the span says; where both are known their sum counts.
        read: tokens of the input that came from a cache.
        written: tokens of the input that went to a cache.
        apart: whether `prompt` leaves out what came from a cache or went there.
    """
    cached = (read or 0) + (written or 0)
    # A part cannot be more than the whole: whoever counted so counted the cache apart.
    if prompt is not None and cached and (apart or cached > prompt):
        prompt += cached
        total = None
    tokens: dict[str, Any] = {}
    if prompt is not None:
        tokens["prompt"] = prompt
    if completion is not None:
        tokens["completion"] = completion
    if prompt is not None and completion is not None:
        tokens["total"] = prompt + completion
    elif total is not None:
        tokens["total"] = total
    elif not tokens:
        return None
    return with_cache(tokens, provider, read, written)

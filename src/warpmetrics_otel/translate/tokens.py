"""A call's token counts: the native fields, which differ by provider, and the GenAI usage attributes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.text import INT64

_USAGE = (
    ("prompt", semconv.GEN_AI_USAGE_INPUT_TOKENS),
    ("completion", semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
)
_MANY = 1 << 53
_CACHE = (
    ("cachedInput", semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cacheRead", semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cacheWrite", semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
    # Readers that do not know the new name yet (Jaeger's and Langfuse's views) still find the old one.
    ("cacheWrite", semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS),
)


def add_usage(attributes: dict[str, Any], tokens: Mapping[str, Any]) -> None:
    """Add what can be counted of native tokens; a cache that was not used is not mentioned."""
    # Not `get`: what a user's dictionary does there may be anything.
    if "prompt" in tokens:
        given = tokens["prompt"]
        if (type(given) is int and 0 <= given < _MANY) or (given := count(given)) is not None:
            attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] = given
    if "completion" in tokens:
        given = tokens["completion"]
        if (type(given) is int and 0 <= given < _MANY) or (given := count(given)) is not None:
            attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] = given
    if "cachedInput" in tokens or "cacheRead" in tokens or "cacheWrite" in tokens:
        for name, key in _CACHE:
            if name in tokens and (value := count(tokens[name])):
                attributes[key] = value


def usage_of(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    """The native tokens, with the fields that the provider's calls have; None when nothing was counted."""
    tokens = {name: attributes[key] for name, key in _USAGE if attributes.get(key) is not None}
    if not tokens:
        return None
    if len(tokens) == len(_USAGE):
        tokens["total"] = tokens["prompt"] + tokens["completion"]
    return with_cache(
        tokens,
        attributes.get(semconv.GEN_AI_PROVIDER_NAME),
        attributes.get(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
        attributes.get(semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
    )


def with_cache(tokens: dict[str, Any], provider: Any, read: Any, written: Any) -> dict[str, Any]:
    """Add what was read from a cache and written to it, under the names that the provider's calls have natively."""
    if provider == "anthropic":
        tokens["cacheWrite"], tokens["cacheRead"] = written or 0, read or 0
        return tokens
    if provider == "openai":
        tokens["cachedInput"] = read or 0
    elif read:
        tokens["cacheRead"] = read
    if written:
        tokens["cacheWrite"] = written
    return tokens


def count(value: Any) -> int | float | None:
    """A number that a backend can add up; None for anything else."""
    kind = type(value)
    if kind is int:
        return value if 0 <= value < _MANY or value in INT64 else None
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is not bool and issubclass(kind, (int, float)):
        return count(int(value) if issubclass(kind, int) else float(value))
    return None

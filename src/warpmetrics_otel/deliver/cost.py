"""What a call cost, where nobody has said so: computed from its tokens by `genai-prices`, the extra `[cost]`.

Only the delivery thread computes, which takes a tenth of a millisecond a call.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from warpmetrics_otel.deliver.rows import Row
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.times import nanoseconds
from warpmetrics_otel.translate.tokens import count

Price = Callable[[Any, Any, Any, Any], float | None]
"""From provider, model, native tokens and time to US dollars."""

logger = logging.getLogger("warpmetrics_otel")

_write = encoder(ascii_only=True)
# The names of the GenAI conventions that the list of prices does not know.
_PROVIDERS = {
    "x_ai": "x-ai",
    "gcp.gen_ai": "google",
    "azure.ai.inference": "azure",
}
_USAGE = {
    "prompt": "input_tokens",
    "completion": "output_tokens",
    "cachedInput": "cache_read_tokens",
    "cacheRead": "cache_read_tokens",
    "cacheWrite": "cache_write_tokens",
}


class Prices:
    """Tells what calls cost.

    Args:
        library: the package `genai_prices`.
    """

    def __init__(self, library: Any) -> None:
        self._library = library
        self._said = False

    def __call__(self, provider: Any, model: Any, tokens: Any, at: Any) -> float | None:
        """What a call cost in US dollars; None where that cannot be told.

        Args:
            provider: who served it; a name that the list of prices does not have is not guessed at.
            model: the model asked for.
            tokens: in the native shape.
            at: when, as in a native row; prices change.
        """
        usage = _usage(tokens)
        if usage is None or not (isinstance(provider, str) and provider and isinstance(model, str) and model):
            return None
        try:
            known = self._library.calc_price(
                self._library.Usage(**usage),
                model,
                provider_id=_PROVIDERS.get(provider, provider),
                genai_request_timestamp=_moment(at),
            )
        except (LookupError, ValueError):
            # A model that has no price, or counts that contradict each other.
            return None
        except Exception:
            # Whatever is wrong with a price, the call has to arrive.
            if not self._said:
                self._said = True
                logger.exception("genai-prices cannot tell what a call cost; it is sent without")
            return None
        return float(known.total_price)


@cache
def prices() -> Price | None:
    """What tells costs; None where `genai-prices` is not installed. The first time this takes half a second."""
    try:
        import genai_prices
    except ImportError:
        return None
    return Prices(genai_prices)


def priced(cost_of: Price, row: Row) -> Row:
    """A row with its cost, where it is a call's that has none and the cost can be told; else the row as it is."""
    if row.kind != "calls":
        return row
    values = json.loads(row.text)
    if "cost" in values:
        return row
    cost = cost_of(values.get("provider"), values.get("model"), values.get("tokens"), values.get("startedAt"))
    return row if cost is None else Row(row.kind, _write({**values, "cost": cost}).encode("ascii"), row.position)


def _usage(tokens: Any) -> Mapping[str, int | float] | None:
    if not isinstance(tokens, dict):
        return None
    usage = {}
    for name, key in _USAGE.items():
        number = count(tokens.get(name))
        if number:
            usage[key] = number
    return usage or None


def _moment(at: Any) -> datetime.datetime | None:
    time_ns = nanoseconds(at)
    return None if time_ns is None else datetime.datetime.fromtimestamp(time_ns / 1e9, datetime.UTC)

"""What OpenAI's chat completions and responses have in common: the output asked for, and what was used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.data import CallData

_OUTPUTS = {"text": "text", "json_object": "json", "json_schema": "json"}


def add_output_type(parameters: dict[str, Any], response_format: Any) -> None:
    """Add the kind of output that a response format asks for: a class asks for JSON in its form."""
    kind = response_format.get("type") if isinstance(response_format, Mapping) else None
    output = "json" if isinstance(response_format, type) else _OUTPUTS.get(str(kind))
    if output:
        parameters[semconv.GEN_AI_OUTPUT_TYPE] = output


def add_usage(data: CallData, usage: Any, prompt: str, completion: str) -> None:
    """Write what was used; nothing where the response does not say.

    Args:
        data: what it is written to.
        usage: the response's `usage`, or None.
        prompt: what this API calls the tokens that were sent, such as ``input``.
        completion: what it calls those that came back, such as ``output``.
    """
    if usage is None:
        return
    sent = getattr(usage, f"{prompt}_tokens_details", None)
    data.tokens = {
        "prompt": getattr(usage, f"{prompt}_tokens"),
        "completion": getattr(usage, f"{completion}_tokens"),
        "total": usage.total_tokens,
        "cachedInput": getattr(sent, "cached_tokens", None) or 0,
    }
    written = getattr(sent, "cache_write_tokens", None)
    if written:
        data.tokens["cacheWrite"] = written
    came_back = getattr(usage, f"{completion}_tokens_details", None)
    data.reasoning_tokens = getattr(came_back, "reasoning_tokens", None)

"""Answers in the format of OpenAI's embeddings; the API streams none."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Any

from warpmetrics_otel.testing.providers.answer import Answer, Request
from warpmetrics_otel.testing.providers.openai_chat import error, midway_error

__all__ = ["body", "error", "events", "midway_error"]

# Enough to be a vector: what it means is nobody's business here.
_VECTOR = (0.25, -0.5, 0.125)


def body(answer: Answer, request: Request, _number: int) -> dict[str, Any]:
    """The JSON body of an answer: one and the same vector for each input, encoded as it was asked for."""
    given = request.body.get("input", "")
    # A list of numbers is one input that the client has cut into tokens itself.
    several = isinstance(given, list) and not all(isinstance(item, int) for item in given)
    prompt = answer.counted(request).prompt
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(request)}
            for index in range(len(given) if several else 1)
        ],
        "model": answer.model or request.model,
        "usage": {"prompt_tokens": prompt, "total_tokens": prompt},
    }


def events(_answer: Answer, _request: Request, _number: int) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Nothing: a request for embeddings has no stream."""
    return iter(())


def _encoded(request: Request) -> list[float] | str:
    if request.body.get("encoding_format") == "base64":
        return base64.b64encode(struct.pack(f"<{len(_VECTOR)}f", *_VECTOR)).decode()
    return list(_VECTOR)

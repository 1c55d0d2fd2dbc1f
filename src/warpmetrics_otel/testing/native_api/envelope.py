"""From a request's body to the batch in it. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, NoReturn

from warpmetrics_otel.testing.native_api.violation import Complaint


def opened(body: bytes) -> dict[str, Any] | Complaint:
    """The batch in a body, which is an envelope or the plain batch; a complaint where there is none."""
    outer = _read(body)
    if isinstance(outer, Complaint) or "d" not in outer:
        return outer
    if outer.keys() != {"d"}:
        return Complaint("envelope", f"an envelope has `d` alone, not {', '.join(sorted(outer))}")
    if not isinstance(outer["d"], str):
        return Complaint("envelope", "the envelope's `d` is no text")
    try:
        inner = base64.b64decode(outer["d"], validate=True)
    except (binascii.Error, ValueError) as error:
        return Complaint("envelope", f"the envelope's `d` is not base64: {error}")
    return _read(inner)


def _read(text: bytes) -> dict[str, Any] | Complaint:
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return Complaint("envelope", f"not JSON: {error}")
    return value if isinstance(value, dict) else Complaint("envelope", "neither an envelope nor a batch")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")

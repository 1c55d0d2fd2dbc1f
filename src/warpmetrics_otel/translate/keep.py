"""Users' values as they are now: plain copies that stay when the user goes on to change theirs."""

from __future__ import annotations

from math import isfinite
from typing import Any

from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.text import MAX_PRINTED_BITS

_MAX_DEPTH = 64
_ODD = 4096
"""What an odd value counts as, whose size is not looked for."""


class Keep:
    """Copies values, and adds up in `size` the bytes of the texts in them, about."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 0

    def __call__(self, value: Any) -> Any:
        """A copy that JSON holds exactly, or of the nearest thing that is; texts and numbers are their own."""
        if value is None:
            return None
        if type(value) is str:
            self.size += len(value)
            return value
        try:
            return self._copy(value, 0)
        except (TypeError, RuntimeError):
            # Not plain, or changed by another thread while it was read.
            self.size += _ODD
            return plain_value(value)

    def _copy(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            self.size += len(value)
            return value
        if kind is dict and depth < _MAX_DEPTH:
            copy = {}
            for key, item in value.items():
                if type(key) is not str:
                    raise TypeError
                if type(item) is str:
                    self.size += len(item)
                    copy[key] = item
                else:
                    copy[key] = self._copy(item, depth + 1)
            return copy
        if (kind is list or kind is tuple) and depth < _MAX_DEPTH:
            return [self._copy(item, depth + 1) for item in value]
        if value is None or kind is bool:
            return value
        if (kind is int and value.bit_length() <= MAX_PRINTED_BITS) or (kind is float and isfinite(value)):
            return value
        raise TypeError

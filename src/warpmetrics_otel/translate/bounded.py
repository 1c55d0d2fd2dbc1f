"""Dictionaries that are bounded in number: the oldest entries go."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


def remember(known: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    """Set an entry, and forget the oldest of more than so many; one that was there already keeps its age."""
    known[key] = value
    if len(known) > most:
        known.popitem(last=False)

"""Disjoint sets: which things hang together, asked and told in close to constant time.

A chain may be ten thousand runs long, so following pointers from each run to the first one would take the
square of that.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class DisjointSets(Generic[T]):
    """Sets that only ever merge. Something never told about is a set of its own."""

    def __init__(self) -> None:
        self._above: dict[T, T] = {}

    def representative(self, item: T) -> T:
        """The member that stands for the whole set of `item`."""
        above = self._above
        top = item
        while (upper := above.get(top, top)) != top:
            top = upper
        while item != top:
            above[item], item = top, above[item]
        return top

    def merge(self, into: T, item: T) -> None:
        """Make the two sets one, represented by what represented `into`."""
        top, other = self.representative(into), self.representative(item)
        if top != other:
            self._above[other] = top

"""A bounded memory that forgets the oldest, in bulk: one dictionary write an entry, no eviction on the way."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Remembers at least the last `least` entries, at most twice as many."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._young: dict[str, Value] = {}
        self._old: dict[str, Value] = {}

    def put(self, key: str, value: Value) -> None:
        """Remember a value."""
        self._young[key] = value
        if len(self._young) >= self._least:
            self._old, self._young = self._young, {}

    def get(self, key: str) -> Value | None:
        """The value, if it is still remembered."""
        return self._young.get(key) or self._old.get(key)

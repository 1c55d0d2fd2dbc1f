"""Which entities were taken already: bounded, forgetting in bulk. Not thread-safe: its owner holds a lock."""

from __future__ import annotations


class Seen:
    """Remembers at least the last `least` keys, at most twice as many."""

    def __init__(self, least: int = 50_000) -> None:
        self._least = least
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._young or key in self._old

    def add(self, key: str) -> bool:
        """Remember a key; False when it was known already."""
        if key in self._young or key in self._old:
            return False
        self._young.add(key)
        if len(self._young) >= self._least:
            self._old, self._young = self._young, set()
        return True

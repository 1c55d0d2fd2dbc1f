"""Which entities were taken already: bounded, forgetting in bulk. Not thread-safe: its owner holds a lock."""

from __future__ import annotations

from collections.abc import Sequence


class Seen:
    """Remembers at least the last `least` keys, at most twice as many.

    Their hashes, which take a third of the memory: two keys of one hash among 100,000 are as likely as 1 in 10^9.
    """

    def __init__(self, least: int = 50_000) -> None:
        self._least = least
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __contains__(self, key: str) -> bool:
        hashed = hash(key)
        return hashed in self._young or hashed in self._old

    def add(self, key: str) -> bool:
        """Remember a key; False when it was known already."""
        hashed = hash(key)
        if hashed in self._young or hashed in self._old:
            return False
        self._young.add(hashed)
        if len(self._young) >= self._least:
            self._grow_old()
        return True

    def add_all(self, keys: Sequence[str]) -> bool:
        """Remember the key of something new, and those of what comes with it and so is new as well.

        Args:
            keys: its own key first.

        Returns:
            False when its own key was known already; then none is remembered.
        """
        young, hashed = self._young, hash(keys[0])
        if hashed in young or hashed in self._old:
            return False
        young.update(map(hash, keys))
        if len(young) >= self._least:
            self._grow_old()
        return True

    def _grow_old(self) -> None:
        self._old, self._young = self._young, set()

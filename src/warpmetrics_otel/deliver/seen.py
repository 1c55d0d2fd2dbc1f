"""Which entities were taken already: bounded, forgetting in bulk. Not thread-safe: its owner holds a lock."""

from __future__ import annotations


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

    def add(self, key: str, *with_it: str) -> bool:
        """Remember a key, and the keys of what comes with it and so is new as well; False when it was known already."""
        young, hashed = self._young, hash(key)
        if hashed in young or hashed in self._old:
            return False
        young.add(hashed)
        for other in with_it:
            young.add(hash(other))
        if len(young) >= self._least:
            self._old, self._young = young, set()
        return True

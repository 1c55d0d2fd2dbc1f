"""Texts that repeat are held once: most values of spans do, and a long chain takes half the memory for it."""

from __future__ import annotations

SHARED: dict[str, str] = {}
"""Texts seen lately, by themselves."""

_MOST = 4096


def forget() -> None:
    """Drop what was seen once that is a lot, so that the memory of what is shared stays small itself."""
    if len(SHARED) > _MOST:
        SHARED.clear()

"""Keeping keys out of what is said, wherever they may have been put by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEY = re.compile(r"\b((?:wm_(?:live|test)|sk_(?:live|test)_org)_)[^\s\"'`,;)\]}]+")
_USER = re.compile(r"(?<=://)[^/@\s]+@")
_SHORTEST = 4
"""A shorter text is no key, and would be found in the middle of words."""


def without_keys(text: str, keys: Iterable[str] = ()) -> str:
    """A text without the keys that are known, anything that has a key's form, and credentials in addresses."""
    for key in keys:
        if len(key) >= _SHORTEST:
            text = text.replace(key, "…")
    return _USER.sub("…@", _KEY.sub(r"\1…", text))

"""What is left of a JSON text that a backend or a limit cut at the end.

Everything that is whole is kept, and of a string that was cut its beginning. A number that ends where the text
does may have had more digits, so it is not believed.
"""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[^\s\[\]{},:"]+)(?=[\s,\]}])|(?P<mark>[\[\]{},:]))', re.DOTALL
)
_CUT_STRING = re.compile(r'\s*"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*', re.DOTALL)
# Outside the first plane a character takes two escapes, and half of one is no text.
_HALF_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_CLOSING = {"{": "}", "[": "]"}
_MAX_DEPTH = 200


def saved_from(text: str) -> Any:
    """The part of a cut JSON text that can still be read.

    Returns:
        A dict, list or string; None when nothing could be saved of it, or when it was no JSON to begin with.
    """
    whole_until, closing, rest_at, value_comes = _whole_part(text)
    candidates = [text[:whole_until] + closing]
    if value_comes and (string := _CUT_STRING.match(text, rest_at)) is not None:
        begun = _HALF_CHARACTER.sub("", string.group())
        candidates.insert(0, f'{text[:rest_at]}{begun}"{closing}')
    for candidate in candidates:
        try:
            return json.loads(candidate) or None
        except (ValueError, RecursionError):
            continue
    return None


def _whole_part(text: str) -> tuple[int, str, int, bool]:
    """Where the last whole value ends, what closes the text there, where the rest begins, and if that is a value."""
    inside: list[str] = []
    whole_until = at = 0
    closing = ""
    value_comes = True
    while (token := _TOKEN.match(text, at)) is not None and len(inside) < _MAX_DEPTH:
        at = token.end()
        mark = token["mark"]
        if mark in _CLOSING:
            inside.append(mark)
            value_comes = mark == "["
        elif mark in {"}", "]"}:
            if not inside or _CLOSING[inside.pop()] != mark:
                break
            value_comes = False
        elif mark == ",":
            value_comes = bool(inside) and inside[-1] == "["
            continue
        elif mark == ":":
            value_comes = True
            continue
        elif not value_comes:
            # A key, which is nothing without its value.
            continue
        else:
            value_comes = False
        whole_until = at
        closing = "".join(_CLOSING[opened] for opened in reversed(inside))
    return whole_until, closing, at, value_comes

"""Messages that are a role and a text each, as most are: looked through once, for the span and for the native API.

As texts by turns they are also fixed: users go on to append to their lists.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, TypeAlias

Turns: TypeAlias = tuple[str, ...]
"""Role, text, role, text, ..."""

_role_and_text = itemgetter("role", "content")


def turns_of(messages: Any) -> Turns | None:
    """The messages by turns; None where they say more than that, or it in another way."""
    if type(messages) is not list:
        return None
    if len(messages) == 1:
        return _turn_of(messages[0])
    turns: list[str] = []
    for message in messages:
        turn = _turn_of(message)
        if turn is None:
            return None
        turns += turn
    return tuple(turns)


def _turn_of(message: Any) -> Turns | None:
    if type(message) is not dict or len(message) != 2:
        return None
    try:
        role, text = turn = _role_and_text(message)
    except KeyError:
        return None
    return turn if type(role) is str and type(text) is str else None

"""Foreign text, numbers and times -> short text that is safe to print in a terminal."""

from __future__ import annotations

import json
from typing import Any

from warpmetrics_otel.read.values import Opts

_MAX_TEXT = 80
_MAX_VALUE = 32
_MAX_OPTS = 6


def printable(value: str, limit: int = _MAX_TEXT) -> str:
    """One line of text without control characters: a label must not move the cursor or recolour the screen."""
    line = " ".join(value[: limit * 4].split())
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    return line if len(line) <= limit and len(value) <= limit * 4 else line[: limit - 1] + "…"


def opts_words(opts: Opts) -> str:
    """The first few opts as `key=value`; empty when there are none."""
    value = opts.value
    if isinstance(value, dict):
        pairs = [f"{printable(str(key), _MAX_VALUE)}={short(inner)}" for key, inner in list(value.items())[:_MAX_OPTS]]
        if len(value) > _MAX_OPTS:
            pairs.append("…")
        words = " ".join(pairs)
    else:
        words = "" if value is None else short(value)
    return f"{words} (cut)".lstrip() if opts.cut else words


def duration(nanoseconds: float) -> str:
    """A duration in the unit that keeps it short: `850 ms`, `1.5 s`, `2 min 5 s`, `3 h 20 min`."""
    milliseconds = nanoseconds / 1e6
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    seconds = round(milliseconds / 1000)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def count(number: float) -> str:
    """A number with its thousands apart."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def many(number: float, thing: str) -> str:
    """A number of things: `1 run`, `2 runs`."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def cost(dollars: float) -> str:
    """US dollars, with as many digits as a small sum needs to be told from nothing."""
    return f"${dollars:,.2f}" if abs(dollars) >= 1 else f"${dollars:.2g}"


def short(value: Any) -> str:
    """A value of opts in a few words: what is inside a list or an object only counts."""
    if isinstance(value, str):
        return printable(value, _MAX_VALUE)
    if isinstance(value, dict):
        return f"{{{len(value)}}}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    try:
        return printable(json.dumps(value), _MAX_VALUE)
    except (TypeError, ValueError):
        return printable(str(value), _MAX_VALUE)

"""Saying something once.

A verb called with a bad target in a loop must not fill the log, so a warning is given once for
every place in the user's code that causes it.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

logger = logging.getLogger("warpmetrics_otel")

_PACKAGE = str(Path(__file__).parents[1]) + os.sep
_MOST_PLACES = 10_000
_said: set[tuple[str, str, int]] = set()


def warn_once(message: str, *args: object) -> None:
    """Log a warning, unless the same message was already given for this line of the caller's code."""
    filename, line = _caller()
    place = (message, filename, line)
    if place in _said or len(_said) >= _MOST_PLACES:
        return
    _said.add(place)
    logger.warning(f"{message} (%s:%d)", *args, filename, line)  # noqa: G004 -- the format is joined, not the values


def forget() -> None:
    """Let every warning be given again; a new configuration starts afresh."""
    _said.clear()


def _caller() -> tuple[str, int]:
    frame = sys._getframe(1)  # noqa: SLF001 -- documented; `inspect.stack` would read source files
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno

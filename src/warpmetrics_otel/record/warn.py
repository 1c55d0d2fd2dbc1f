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


def exception_once(message: str, *args: object) -> None:
    """Log the exception being handled, with its traceback, unless one of its type was already logged with this message.

    For what the user's own samplers, processors and exporters raise: they are asked for every span.
    """
    error = sys.exception()
    place = (message, type(error).__name__, 0)
    if place not in _said:
        _said.add(place)
        logger.error(message, *args, exc_info=error)


def forget() -> None:
    """Let every warning be given again; a new configuration starts afresh."""
    _said.clear()


def _caller() -> tuple[str, int]:
    frame = sys._getframe(1)  # noqa: SLF001 -- documented; `inspect.stack` would read source files
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno

"""What others log while they are asked something."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def heard(logger: str) -> Iterator[list[str]]:
    """The warnings and errors that a logger, or one beneath it, is given in the block.

    Args:
        logger: its name.
    """
    listener = _Listener()
    logging.getLogger(logger).addHandler(listener)
    try:
        yield listener.said
    finally:
        logging.getLogger(logger).removeHandler(listener)

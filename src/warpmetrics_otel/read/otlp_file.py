"""Files of OTLP JSON lines -> spans, as the OpenTelemetry file exporter and the Collector write them.

Files are streamed: a line is forgotten as soon as its spans are read. A line that cannot be read, such as the
last one of a process that was killed while it wrote, is reported and skipped.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.read.spans import Span

_logger = logging.getLogger("warpmetrics_otel")


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line, or a span in it, that was skipped. Lines are counted from 1."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


def read_spans(*paths: str | PathLike[str], on_malformed: Callable[[Malformed], None] | None = None) -> Iterator[Span]:
    """The spans of OTLP JSON lines files, in the order they are written in.

    Args:
        paths: The files, read one after the other.
        on_malformed: Told about each line or span that was skipped; by default that is logged as a warning.

    Raises:
        OSError: A file is missing or cannot be read.
    """
    for path in paths:
        name = fspath(path)
        # Bytes, because a line is what ends with a line feed: text mode would also end one at a lone carriage
        # return and would stop at the first byte that is not UTF-8.
        with Path(path).open("rb") as lines:
            yield from _read_lines(name, lines, on_malformed or _warn)


def _read_lines(name: str, lines: Iterable[bytes], on_malformed: Callable[[Malformed], None]) -> Iterator[Span]:
    number = 0

    def malformed(reason: str) -> None:
        on_malformed(Malformed(name, number, reason))

    for number, line in enumerate(lines, start=1):  # noqa: B007 - `malformed` reads it
        if line.isspace():
            continue
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            malformed(_why(line, error))
        else:
            yield from spans_of(document, malformed)


def _why(line: bytes, error: Exception) -> str:
    if not line.endswith(b"\n"):
        return f"the file ends in the middle of a line: {error}"
    return f"not JSON: {error}"


def _warn(malformed: Malformed) -> None:
    _logger.warning("Skipped what is not OTLP JSON in %s", malformed)

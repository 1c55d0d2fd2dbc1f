"""Files of OTLP -> spans, as the OpenTelemetry file exporter and the Collector write them: JSON lines or protobuf.

Files are streamed: a message is forgotten as soon as its spans are read. One that cannot be read, such as the last
one of a process that was killed while it wrote, is reported and skipped.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from os import PathLike, fspath
from pathlib import Path

from warpmetrics_otel.read.framing import HEAD, Framing, TornError, decompressed, framing_of, messages
from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.read.otlp_proto import spans_of_message
from warpmetrics_otel.read.spans import Span

_logger = logging.getLogger("warpmetrics_otel")

_EVERY = 256
"""How many spans pass before it is told again how much of a file has been read."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line or message, or a span in it, that was skipped; both are counted from 1."""

    path: str
    line: int
    reason: str
    unit: str = "line"

    def __str__(self) -> str:
        return f"{self.path}, {self.unit} {self.line}: {self.reason}"


def read_spans(
    *paths: str | PathLike[str],
    on_malformed: Callable[[Malformed], None] | None = None,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Span]:
    """The spans of files of OTLP, in the order they are written in.

    A file holds JSON lines; or protobuf messages, each after its length in four bytes as the Collector writes them
    or as a varint; or one protobuf message. It may be gzipped. Its content says which of these, not its name.

    Args:
        paths: The files, read one after the other.
        on_malformed: Told about each line, message or span that was skipped; by default that is logged as a warning.
        on_read: Told now and then how many bytes of the file at hand have been read.

    Raises:
        OSError: A file is missing or cannot be read.
    """
    told = on_malformed or _warn
    for path in paths:
        # Bytes, because a line is what ends with a line feed: text mode would also end one at a lone carriage
        # return and would stop at the first byte that is not UTF-8.
        with Path(path).open("rb") as file:
            spans = _read_file(fspath(path), file, told)
            if on_read is None:
                yield from spans
                continue
            for number, span in enumerate(spans):
                if not number % _EVERY:
                    on_read(file.tell())
                yield span
            on_read(file.tell())


def _read_file(name: str, file: BufferedReader, on_malformed: Callable[[Malformed], None]) -> Iterator[Span]:
    number, unit = 0, "message"

    def malformed(reason: str) -> None:
        on_malformed(Malformed(name, number, reason, unit))

    try:
        content = decompressed(file)
        framing = framing_of(content.peek(HEAD)[:HEAD])
        if framing is Framing.LINES:
            unit = "line"
            for number, line in enumerate(content, start=1):  # noqa: B007 - `malformed` reads it
                if not line.isspace():
                    yield from _spans_of_line(line, malformed)
        else:
            for number, message in enumerate(messages(content, framing), start=1):  # noqa: B007
                yield from spans_of_message(message, malformed)
    except TornError as error:
        number += 1
        malformed(str(error))


def _spans_of_line(line: bytes, malformed: Callable[[str], None]) -> Iterator[Span]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        malformed(_why(line, error))
        return iter(())
    return spans_of(document, malformed)


def _why(line: bytes, error: Exception) -> str:
    if not line.endswith(b"\n"):
        return f"the file ends in the middle of a line: {error}"
    return f"not JSON: {error}"


def _warn(malformed: Malformed) -> None:
    _logger.warning("Skipped what is not OTLP in %s", malformed)

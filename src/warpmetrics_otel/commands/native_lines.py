"""Native batches as JSON lines: one batch a line, as it is or in the envelope that SDKs send it in."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from warpmetrics_otel.entities import Batch, Entity
from warpmetrics_otel.read.framing import TornError, decompressed
from warpmetrics_otel.translate.exact import json_text

MOST_ENTITIES = 1000
"""How many entities are on one line at most."""

_SHOWN = 200


def read_batches(path: Path, on_malformed: Callable[[int, str], None]) -> Iterator[Batch]:
    """The batches of a file, one line after the other.

    Args:
        path: a file, which may be compressed with gzip.
        on_malformed: told the number of each line that holds none, counted from 1, and why.

    Raises:
        OSError: it cannot be read.
    """
    number = 0
    with path.open("rb") as file:
        try:
            for number, line in enumerate(decompressed(file), start=1):
                if line.isspace():
                    continue
                try:
                    batch = _batch(json.loads(line))
                except (ValueError, RecursionError) as error:
                    on_malformed(number, f"no native batch: {error}"[:_SHOWN])
                else:
                    yield batch
        except TornError as error:
            on_malformed(number + 1, str(error))


def write_batches(entities: Iterable[Entity], out: IO[bytes]) -> None:
    """Write entities as one or more lines."""
    rest = list(entities)
    for start in range(0, len(rest), MOST_ENTITIES):
        text = json_text(Batch(rest[start : start + MOST_ENTITIES]).to_json())
        out.write(text.encode("ascii") + b"\n")


def _batch(document: object) -> Batch:
    if isinstance(document, dict) and isinstance(document.get("d"), str):
        try:
            document = json.loads(b64decode(document["d"], validate=True))
        except binascii.Error as error:
            raise ValueError(f"its envelope is not base64: {error}") from error
    if isinstance(document, dict) and "resourceSpans" in document:
        raise ValueError("it is OTLP already")
    return Batch.from_json(document)

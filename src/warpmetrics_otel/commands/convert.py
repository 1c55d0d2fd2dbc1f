"""`warpmetrics-otel convert`: OTLP files -> native batches, and native batches -> OTLP files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, Annotated

import typer

from warpmetrics_otel import semconv
from warpmetrics_otel.bridge.whole_traces import WholeTraces
from warpmetrics_otel.commands.native_lines import read_batches, write_batches
from warpmetrics_otel.commands.options import INFER_VARIABLE
from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, INCOMPLETE, NOTHING_FOUND, fail, warn
from warpmetrics_otel.deliver.shown import Shown
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.installed_dialects import find_dialects
from warpmetrics_otel.read.otlp_file import read_spans
from warpmetrics_otel.read.viewed import viewed
from warpmetrics_otel.translate.before import Before
from warpmetrics_otel.translate.to_otlp_json import otlp_line
from warpmetrics_otel.translate.to_spans import native_to_spans


class Form(StrEnum):
    """What a file holds."""

    NATIVE = "native"
    OTLP = "otlp"


def convert(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What to read; gzip is seen by itself.")],
    to: Annotated[
        Form,
        typer.Option(help="`native`: OTLP, as JSON lines or protobuf, to native batches as JSON lines. `otlp`: back."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; standard output by default.")
    ] = None,
    content: Annotated[bool, typer.Option(help="Keep messages and responses of calls.")] = True,
    infer_runs: Annotated[
        bool,
        typer.Option(
            envvar=INFER_VARIABLE,
            help="Whether a trace with an LLM call, and without Warpmetrics' verbs, becomes a run.",
        ),
    ] = True,
    service: Annotated[str, typer.Option(help="The service.name of the spans that are written.")] = "warpmetrics",
) -> None:
    """Turn OTLP files into native batches, and native batches into OTLP files."""
    skipped = 0

    def malformed(what: str) -> None:
        nonlocal skipped
        skipped += 1
        warn(f"Skipped {what}")

    try:
        with _opened(output) as out:
            if to is Form.NATIVE:
                written = _to_native(files, out, malformed, content=content, infer_runs=infer_runs)
            else:
                written = _to_otlp(files, out, malformed, {semconv.SERVICE_NAME: service}, content=content)
    except FileNotFoundError as error:
        fail(COULD_NOT_LOOK, f"There is no file {error.filename}.")
    except BrokenPipeError:
        # Whoever reads has seen enough.
        raise
    except OSError as error:
        fail(COULD_NOT_LOOK, f"Cannot read or write {error.filename or 'the file'}: {error.strerror or error}.")
    if skipped:
        rest = "the rest is converted" if written else f"nothing else becomes {to.value}"
        fail(INCOMPLETE, f"{skipped} lines or spans were skipped; {rest}.")
    if not written:
        fail(NOTHING_FOUND, f"There is nothing in {', '.join(map(str, files))} that becomes {to.value}.")


def _to_native(
    files: list[Path], out: IO[bytes], malformed: Callable[[str], None], *, content: bool, infer_runs: bool
) -> int:
    find_dialects()
    traces = WholeTraces(infer_runs=infer_runs)
    shown = Shown(None, native_content=content)
    written = 0

    def write(entities: list[Entity]) -> None:
        nonlocal written
        written += len(entities)
        write_batches(map(shown.of_others, entities), out)

    for span in read_spans(*files, on_malformed=lambda what: malformed(str(what))):
        view = viewed(span)
        if view is None:
            malformed(f"a span with the ids {span.trace_id[:40]!r} and {span.span_id[:40]!r}, which are none")
        else:
            write(traces.add(view))
    for entities in traces.rest():
        write(entities)
    if traces.split:
        warn(f"{traces.split} traces were converted in parts: there are too many spans to hold until they are over.")
    return written


def _to_otlp(
    files: list[Path], out: IO[bytes], malformed: Callable[[str], None], resource: dict[str, str], *, content: bool
) -> int:
    before = Before()
    written = 0
    for path in files:
        for batch in read_batches(path, partial(_at_line, malformed, path)):
            spans = native_to_spans(batch, content=content, before=before)
            if spans:
                out.write(otlp_line(spans, resource))
                written += len(spans)
    return written


def _at_line(malformed: Callable[[str], None], path: Path, number: int, why: str) -> None:
    malformed(f"{path}, line {number}: {why}")


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as out:
            yield out

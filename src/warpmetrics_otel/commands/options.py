"""The options that say where runs are read from, which, and how they are shown: the same for every command that reads.

A command names what it reads as its first parameter; `with_source` puts the options in its place.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from time import time_ns
from typing import Annotated, Any, TypeAlias

import typer

from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, fail
from warpmetrics_otel.commands.times import length, moment
from warpmetrics_otel.read.asking import Asking, headers_from_variable, headers_of
from warpmetrics_otel.read.backend import Backend
from warpmetrics_otel.read.files import Files as FileSource
from warpmetrics_otel.read.finder import Finder
from warpmetrics_otel.read.jaeger import Jaeger as JaegerBackend
from warpmetrics_otel.read.source import Selection, Source, SourceError
from warpmetrics_otel.read.statistics import Judge
from warpmetrics_otel.read.tempo import Tempo as TempoBackend

FILE_VARIABLE = "WARPMETRICS_OTLP_FILE"
JAEGER_VARIABLE = "WARPMETRICS_JAEGER_URL"
TEMPO_VARIABLE = "WARPMETRICS_TEMPO_URL"
INFER_VARIABLE = "WARPMETRICS_INFER_RUNS"
HEADERS_VARIABLE = "WARPMETRICS_READ_HEADERS"
DEFAULT_LIMIT = 1000
DEFAULT_SECONDS = 30.0

_WHERE = "Where to read from"
_WHICH = "Which runs"
_HOW = "How to ask"


def _option(panel: str | None, *names: str, shown: bool = False, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, show_default=shown, **more)


Success: TypeAlias = Annotated[
    list[str] | None,
    _option(
        None,
        "--success",
        metavar="NAME",
        help="An outcome that counts as a success, whatever its case and however it was recorded. "
        "May be given more than once.",
    ),
]
Html: TypeAlias = Annotated[
    Path | None,
    _option(
        None,
        "--html",
        metavar="FILE",
        help="Also write a page of it that can be opened anywhere: one file, which loads nothing.",
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]
Files: TypeAlias = Annotated[
    list[Path] | None,
    _option(
        _WHERE,
        "--otlp-file",
        metavar="FILE",
        help="A file of OTLP spans: JSON lines or protobuf, gzipped or not. May be given more than once. "
        f"Or set {FILE_VARIABLE}.",
    ),
]
Jaeger: TypeAlias = Annotated[
    str | None,
    _option(
        _WHERE, "--jaeger", metavar="URL", help=f"Jaeger, such as http://127.0.0.1:16686. Or set {JAEGER_VARIABLE}."
    ),
]
Tempo: TypeAlias = Annotated[
    str | None,
    _option(
        _WHERE, "--tempo", metavar="URL", help=f"Grafana Tempo, such as http://127.0.0.1:3200. Or set {TEMPO_VARIABLE}."
    ),
]
Since: TypeAlias = Annotated[
    str | None, _option(_WHICH, "--since", metavar="TIME", help="Started then or later, such as 2026-11-22T10:00:00Z.")
]
Until: TypeAlias = Annotated[str | None, _option(_WHICH, "--until", metavar="TIME", help="Started then or earlier.")]
Last: TypeAlias = Annotated[
    str | None,
    _option(
        _WHICH,
        "--last",
        metavar="LENGTH",
        help="Started in the last 90s, 15m, 24h, 7d or 2w. A backend is asked for the last 24h when nothing says when.",
    ),
]
Service: TypeAlias = Annotated[
    str | None, _option(_WHICH, "--service", metavar="NAME", help="In chains with a run of this service.")
]
Label: TypeAlias = Annotated[
    str | None, _option(_WHICH, "--label", metavar="LABEL", help="In chains with a run of this label.")
]
InferRuns: TypeAlias = Annotated[
    bool,
    _option(
        _WHICH,
        "--infer-runs/--no-infer-runs",
        envvar=INFER_VARIABLE,
        help="Whether a trace with an LLM call, and without Warpmetrics' verbs, is a run.",
        shown=True,
    ),
]
Headers: TypeAlias = Annotated[
    list[str] | None,
    _option(
        _HOW,
        "--header",
        metavar="NAME:VALUE",
        help="A header of every request, such as 'Authorization: Bearer …'. May be given more than once. "
        f"Or set {HEADERS_VARIABLE} to name=value,name=value, percent-encoded.",
    ),
]
Proxy: TypeAlias = Annotated[
    str | None,
    _option(_HOW, "--proxy", metavar="URL", help="An HTTP proxy. Or set HTTP_PROXY, HTTPS_PROXY and NO_PROXY."),
]
Timeout: TypeAlias = Annotated[
    float, _option(_HOW, "--timeout", metavar="SECONDS", help="The most to wait for an answer.", min=0.1, shown=True)
]
Limit: TypeAlias = Annotated[
    int, _option(_HOW, "--limit", metavar="TRACES", help="The most traces to take of a search.", min=1, shown=True)
]


def with_source(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of a source beside its own, in place of its first parameter.

    Args:
        command: takes a `Reading` as its first parameter, and its own options and arguments after it.

    Returns:
        A function whose signature tells typer of all of them.
    """
    of_source = inspect.signature(reading_from, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *of_source.values())]

    @wraps(command)
    def run(**given: Any) -> None:
        source = {name: given.pop(name) for name in of_source}
        command(reading_from(**source), **given)

    # typer looks at all three, and would see the command itself through the first.
    del run.__wrapped__
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def reading_from(
    success: Success = None,
    html: Html = None,
    as_json: AsJson = False,
    otlp_file: Files = None,
    jaeger: Jaeger = None,
    tempo: Tempo = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    service: Service = None,
    label: Label = None,
    infer_runs: InferRuns = True,
    header: Headers = None,
    proxy: Proxy = None,
    timeout: Timeout = DEFAULT_SECONDS,
    limit: Limit = DEFAULT_LIMIT,
) -> Reading:
    """What these options say is to be read; the command ends here when they make no sense."""
    selection = _selection(since, until, last, service, label)
    if not (otlp_file or jaeger or tempo):
        otlp_file, jaeger, tempo = _from_environment()
    chosen = [name for name, value in (("--otlp-file", otlp_file), ("--jaeger", jaeger), ("--tempo", tempo)) if value]
    if len(chosen) > 1:
        fail(COULD_NOT_LOOK, f"Where to read from? {' and '.join(chosen)} are given: one is enough.")
    if not chosen:
        fail(
            COULD_NOT_LOOK,
            "Where to read from? Give --otlp-file FILE, --jaeger URL or --tempo URL, "
            f"or set {FILE_VARIABLE}, {JAEGER_VARIABLE} or {TEMPO_VARIABLE}.",
        )
    source = _source(otlp_file, jaeger, tempo, header, proxy, timeout, limit)
    return Reading(source, selection, Judge(success or ()), html, as_json, infer_runs)


def _from_environment() -> tuple[list[Path] | None, str | None, str | None]:
    files = [Path(name) for name in os.environ.get(FILE_VARIABLE, "").split(os.pathsep) if name]
    return files or None, os.environ.get(JAEGER_VARIABLE) or None, os.environ.get(TEMPO_VARIABLE) or None


def _source(
    files: list[Path] | None,
    jaeger: str | None,
    tempo: str | None,
    header: list[str] | None,
    proxy: str | None,
    timeout: float,
    limit: int,
) -> Source:
    if files:
        return FileSource(files)
    try:
        headers = headers_from_variable(os.environ.get(HEADERS_VARIABLE, ""), HEADERS_VARIABLE)
        headers.update(headers_of(header or ()))
        asking = Asking(headers, proxy, timeout, limit)
        backend: Backend = JaegerBackend(jaeger, asking) if jaeger else TempoBackend(tempo or "", asking)
    except SourceError as error:
        fail(COULD_NOT_LOOK, str(error))
    return Finder(backend, limit)


def _selection(
    since: str | None, until: str | None, last: str | None, service: str | None, label: str | None
) -> Selection:
    if since is not None and last is not None:
        fail(COULD_NOT_LOOK, "--since and --last both say from when: one is enough.")
    since_ns = _read("--since", since, moment)
    until_ns = _read("--until", until, moment)
    if last is not None:
        since_ns = max(0, (until_ns or time_ns()) - (_read("--last", last, length) or 0))
    if since_ns is not None and until_ns is not None and since_ns > until_ns:
        fail(COULD_NOT_LOOK, f"--since {since} is after --until {until}.")
    return Selection(since_ns, until_ns, service, label)


def _read(option: str, text: str | None, read: Callable[[str], int]) -> int | None:
    if text is None:
        return None
    try:
        return read(text)
    except ValueError:
        example = "24h, 15m or 7d" if read is length else "2026-11-22 or 2026-11-22T10:00:00Z"
        fail(COULD_NOT_LOOK, f"{option} {text!r} cannot be read: give it as in {example}.")

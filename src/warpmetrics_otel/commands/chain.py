"""`warpmetrics-otel chain`: chains of runs, read back from spans."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, NOTHING_FOUND, encodable, fail, warn
from warpmetrics_otel.read import Chains, as_json, assemble, read_spans
from warpmetrics_otel.read.render import show_chain, terminal


def chain(
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="An id (wm_run_…, or of anything in the run), a portable ref, or a trace id. Without one, all chains.",
            show_default=False,
        ),
    ] = None,
    otlp_file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            envvar="WARPMETRICS_OTLP_FILE",
            help="A file of OTLP JSON lines. May be given more than once.",
            show_default=False,
        ),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a tree.")] = False,
) -> None:
    """Show whole chains: runs, what happened in them, what was done about it, and the runs that followed."""
    if not otlp_file:
        fail(COULD_NOT_LOOK, "Where to read from? Give --otlp-file FILE, or set WARPMETRICS_OTLP_FILE.")
    chains = _read(otlp_file)
    files = ", ".join(map(str, otlp_file))
    if not chains.chains:
        fail(NOTHING_FOUND, f"No runs found in {files}. Has the recording process flushed or ended?")
    selected = chains.chains
    if wanted is not None:
        found = chains.find(wanted)
        if found is None:
            fail(
                NOTHING_FOUND,
                f"{wanted} is in none of the {len(selected)} chains of {files}. "
                "Give an id (wm_run_…), a portable ref or a trace id of 32 hex digits.",
            )
        selected = [found]
    encodable(sys.stdout)
    if as_json_:
        unattached = chains.unattached if wanted is None else ()
        typer.echo(json.dumps(as_json(selected, unattached), indent=2))
        return
    console = terminal()
    for number, each in enumerate(selected):
        if number:
            console.print()
        show_chain(console, each)
    if chains.unattached and wanted is None:
        warn(f"{len(chains.unattached)} outcomes or acts are about something that is not among these spans.")


def _read(files: list[Path]) -> Chains:
    try:
        return assemble(read_spans(*files, on_malformed=lambda malformed: warn(f"Skipped {malformed}")))
    except FileNotFoundError as error:
        fail(COULD_NOT_LOOK, f"There is no file {error.filename}.")
    except OSError as error:
        fail(COULD_NOT_LOOK, f"Cannot read {error.filename}: {error.strerror}.")

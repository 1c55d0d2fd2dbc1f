"""`warpmetrics-otel doctor`: what is configured and in force, and what to change.

Exit codes: 0 all is fine, 1 something is to be changed, 2 something could not be found out.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

import warpmetrics_otel
from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, encodable, fail
from warpmetrics_otel.doctor import Finding, Report, Status
from warpmetrics_otel.read.words import printable

_LONGEST = 1000
_VERDICTS = {
    Status.FINE: "Nothing is to be changed.",
    Status.CHANGE: "Something is to be changed.",
    Status.UNKNOWN: "Something could not be found out.",
}


def doctor(
    imported: Annotated[
        str | None,
        typer.Option(
            "--import",
            metavar="MODULE",
            help="Import this module of yours first, which configures as your program does.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for each answer of the API.", min=0.1)] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what is configured, what is in force, whether the native API answers, and what to change."""
    if imported is not None:
        _import(imported)
    report = warpmetrics_otel.examine(timeout)
    encodable(sys.stdout)
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=2))
    else:
        typer.echo("\n".join(_lines(report)))
    raise typer.Exit(report.exit_code)


def _import(module: str) -> None:
    # As `python -m` does, and unlike an installed command.
    sys.path.insert(0, str(Path.cwd()))
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 -- a module of the user's may raise anything
        # Not its message: a module that configures may have been about to use a key.
        fail(COULD_NOT_LOOK, f"Importing {module} raised {type(error).__name__}.")


def _lines(report: Report) -> list[str]:
    lines = [", ".join(f"{name} {version}" for name, version in report.versions.items()), ""]
    width = max((len(option.name) for option in report.options), default=0)
    for option in report.options:
        source = "" if option.source == option.name else f"  ({option.source})"
        lines.append(f"{option.name:<{width}}  {printable(option.value, _LONGEST)}{source}")
    if report.options:
        lines.append("")
    for finding in report.findings:
        lines += _finding(finding)
    return [*lines, "", _VERDICTS[report.status]]


def _finding(finding: Finding) -> list[str]:
    lines = [f"{finding.status.value:<8} {finding.topic:<9}  {printable(finding.text, _LONGEST)}"]
    if finding.remedy is not None:
        lines.append(f"{'':<8} {'':<9}  -> {printable(finding.remedy, _LONGEST)}")
    return lines

"""The options that commands share about what they say of what they read, beside where they read it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, fail

Success: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--success",
        metavar="NAME",
        help="An outcome that counts as a success, whatever its case and however it was recorded. "
        "May be given more than once.",
        show_default=False,
    ),
]
Html: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Also write a page of it that can be opened anywhere: one file, which loads nothing.",
        show_default=False,
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]


def write_page(path: Path, page: str) -> None:
    """Write a page; end the command when that cannot be done."""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        fail(COULD_NOT_LOOK, f"Cannot write {path}: {error.strerror}.")

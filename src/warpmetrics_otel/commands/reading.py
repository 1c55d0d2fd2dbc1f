"""Reading for a command: chains from a source, how they are shown, and what is said of none or not all of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from warpmetrics_otel.commands.progress import Progress
from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, INCOMPLETE, NOTHING_FOUND, encodable, fail, warn
from warpmetrics_otel.installed_dialects import find_dialects
from warpmetrics_otel.read import Chains, assemble
from warpmetrics_otel.read.finder import Finder
from warpmetrics_otel.read.render import terminal
from warpmetrics_otel.read.select import select
from warpmetrics_otel.read.source import Selection, Source, SourceError
from warpmetrics_otel.read.statistics import Judge
from warpmetrics_otel.read.words import many, printable

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Reading:
    """A source, what is wanted of it, and how.

    That is what counts as a success, where a page goes, JSON or text, and whether traces of others are runs.
    """

    source: Source
    selection: Selection
    judge: Judge = field(default_factory=Judge)
    html: Path | None = None
    as_json: bool = False
    infer_runs: bool = True

    @property
    def where(self) -> str:
        """What is read, for messages."""
        return self.source.name

    def chains(self, wanted: str | None = None) -> Chains:
        """What is to be shown: the chains that the options select, or the one that `wanted` is part of.

        Ends the command, with the reason and an exit code, when there are none.

        Args:
            wanted: a native id of any kind, a portable ref, a traceparent or a trace id; None for all chains.
        """
        find_dialects()
        shown = not self.as_json and sys.stderr.isatty()
        try:
            with Progress(f"Reading {self.where}", self.source, shown=shown) as progress:
                spans = (
                    self.source.everything(self.selection)
                    if wanted is None
                    else self.source.chain_of(wanted, self.selection)
                )
                found = assemble(progress.counted(spans), infer_runs=self.infer_runs)
        except SourceError as error:
            fail(COULD_NOT_LOOK, str(error))
        return self._selected(found) if wanted is None else self._one(found, wanted)

    def present(
        self, *, page: Callable[[], str], document: Callable[[], dict[str, Any]], text: Callable[[Console], None]
    ) -> None:
        """Write the page and print the JSON or the text, as the options want it, and say what is incomplete.

        Ends the command, with an exit code for that, when something is incomplete or the page cannot be written.

        Args:
            page: makes the page.
            document: makes the JSON.
            text: prints the text.
        """
        if self.html is not None:
            try:
                self.html.write_text(page(), encoding="utf-8")
            except OSError as error:
                fail(COULD_NOT_LOOK, f"Cannot write {self.html}: {error.strerror}.")
        encodable(sys.stdout)
        if self.as_json:
            typer.echo(json.dumps({**document(), "incomplete": self.source.incomplete}, indent=2))
        else:
            text(terminal())
        if self._say_incomplete():
            raise typer.Exit(INCOMPLETE)

    def _selected(self, found: Chains) -> Chains:
        selected = select(found, self.selection)
        if not selected.chains:
            self._say_incomplete()
            if found.chains:
                message = f"None of the {many(len(found.chains), 'chain')} in {self.where} is of what was asked for."
            else:
                message = f"No runs found in {self.where}{self._asked_for}. Has the recording process flushed or ended?"
            fail(NOTHING_FOUND, message)
        return selected

    def _one(self, found: Chains, wanted: str) -> Chains:
        chain = found.find(wanted)
        if chain is None:
            self._say_incomplete()
            where = f"in none of the {many(len(found.chains), 'chain')} of" if found.chains else "not in"
            fail(
                NOTHING_FOUND,
                f"{wanted} is {where} {self.where}. "
                "Give an id (wm_run_…), a portable ref or a trace id of 32 hex digits.",
            )
        return Chains([chain], [])

    @property
    def _asked_for(self) -> str:
        """What not every run would have answered to, for messages."""
        asked = self.selection
        any_time = asked.since_ns is None and asked.until_ns is None
        limits = (
            None if asked.label is None else f"--label {printable(asked.label, 60)}",
            None if asked.service is None else f"--service {printable(asked.service, 60)}",
            None if any_time else "the time that was given",
            "the last 24 hours, as neither --last nor --since says more"
            if any_time and isinstance(self.source, Finder)
            else None,
        )
        said = "; ".join(filter(None, limits))
        return f" ({said})" if said else ""

    def _say_incomplete(self) -> bool:
        for each in self.source.incomplete:
            warn(each)
        return bool(self.source.incomplete)

"""A line on standard error while reading takes long: what is read, how many spans, how much of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from warpmetrics_otel.read.source import Source
from warpmetrics_otel.read.spans import Span
from warpmetrics_otel.read.words import count, printable

PATIENCE_SECONDS = 1.0
"""A reader is told nothing before this: what ends at once needs no line that flashes by."""

_EVERY_SECONDS = 0.1


class Progress:
    """Shown between entering and leaving it, once that takes more than a second.

    Args:
        text: what is being done.
        source: tells how much of it is done.
        shown: False shows nothing at all.
    """

    def __init__(self, text: str, source: Source, *, shown: bool) -> None:
        self._text = printable(text, 200)
        self._source = source
        self._spans = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True) if shown else None

    def counted(self, spans: Iterator[Span]) -> Iterator[Span]:
        """The same spans, counted as they pass."""
        for span in spans:
            self._spans += 1
            yield span

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _show(self) -> None:
        if self._over.wait(PATIENCE_SECONDS):
            return
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        spinner = Spinner("dots", self._words())
        # Refreshed by this thread, so that there is no other.
        with Live(spinner, console=Console(stderr=True, highlight=False), auto_refresh=False, transient=True) as live:
            while not self._over.wait(_EVERY_SECONDS):
                spinner.update(text=self._words())
                live.refresh()

    def _words(self) -> str:
        from rich.markup import escape

        done = self._source.done
        share = "" if done is None else f", {done:.0%}"
        return f"{escape(self._text)}: {count(self._spans)} spans{share}"

"""What earlier batches told, in little: a batch may hang on things that were sent before it.

Bounded in number: the oldest are forgotten, and what hangs on them is placed as if they had never been seen.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from warpmetrics_otel.entities import Act, Outcome, Run
from warpmetrics_otel.translate.bounded import remember

Context = tuple[int, int]
"""Trace and span id."""

MOST = 100_000
"""How many of each kind are remembered."""

_LONGEST_LABEL = 1024


class Placed(NamedTuple):
    """An outcome or act of an earlier batch, without its opts, and the span that it is on."""

    mark: Outcome | Act
    context: Context


class Before:
    """The rows of earlier batches that later ones refer to, for one reader of batches in their order."""

    def __init__(self) -> None:
        self._parents: OrderedDict[str, str] = OrderedDict()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._outcomes: OrderedDict[str, Placed] = OrderedDict()
        self._acts: OrderedDict[str, Placed] = OrderedDict()

    def parent_of(self, native_id: str) -> str | None:
        """What a link has put something under."""
        return self._parents.get(native_id)

    def run(self, native_id: object) -> Run | None:
        """A run, without its opts."""
        return self._runs.get(native_id) if isinstance(native_id, str) else None

    def outcome(self, native_id: object) -> Placed | None:
        """An outcome."""
        return self._outcomes.get(native_id) if isinstance(native_id, str) else None

    def act(self, native_id: object) -> Placed | None:
        """An act."""
        return self._acts.get(native_id) if isinstance(native_id, str) else None

    def note_parent(self, child_id: str, parent_id: str) -> None:
        """Remember a link."""
        _remember(self._parents, child_id, parent_id)

    def note_run(self, run: Run) -> None:
        """Remember a run; of its label what names can be as long as."""
        label = run.label[:_LONGEST_LABEL] if isinstance(run.label, str) else run.label
        _remember(self._runs, run.id, Run(run.id, label, None, run.ref_id))

    def note_outcome(self, outcome: Outcome, context: Context) -> None:
        """Remember an outcome, and where it is."""
        _remember(self._outcomes, outcome.id, Placed(outcome._replace(opts=None, extra=None), context))

    def note_act(self, act: Act, context: Context) -> None:
        """Remember an act, and where it is."""
        _remember(self._acts, act.id, Placed(act._replace(opts=None, extra=None), context))


def _remember(known: OrderedDict[str, Any], native_id: str, value: Any) -> None:
    if native_id not in known:
        remember(known, native_id, value, MOST)

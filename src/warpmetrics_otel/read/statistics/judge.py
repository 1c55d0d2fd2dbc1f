"""Which outcomes count as what, and which of a run's outcomes decides what became of it.

An outcome that was recorded without a classification counts as nothing: it is shown, and it is no failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from warpmetrics_otel import semconv
from warpmetrics_otel.read.model import Outcome, Run

SUCCESS = semconv.CLASSIFICATION_SUCCESS
FAILURE = semconv.CLASSIFICATION_FAILURE
NEUTRAL = semconv.CLASSIFICATION_NEUTRAL
UNCLASSIFIED = "unclassified"
UNDECIDED = "undecided"
"""Of a run without an outcome."""
_KNOWN = frozenset({SUCCESS, FAILURE, NEUTRAL})


class Judge:
    """Says what outcomes count as: as they were classified when recorded, but for names that are declared successes."""

    def __init__(self, success: Iterable[str] = ()) -> None:
        """Take further names of successes, whatever their case."""
        self._success = frozenset(name.strip().casefold() for name in success)

    def of_outcome(self, outcome: Outcome) -> str | None:
        """`success`, `failure`, `neutral`, or None for an outcome that nobody classified."""
        if outcome.name.strip().casefold() in self._success:
            return SUCCESS
        return outcome.classification if outcome.classification in _KNOWN else None

    def of_run(self, run: Run) -> str | None:
        """What the outcome that decides a run counts as; None also when it has none."""
        outcome = deciding_outcome(run)
        return None if outcome is None else self.of_outcome(outcome)


def deciding_outcome(run: Run) -> Outcome | None:
    """The last outcome of a run, else the last one of anything in it; None when it has none.

    One that was read comes before one that only an act or a follow-up run tells of.
    """
    own = run.outcomes or [outcome for entity in run.descendants() for outcome in entity.outcomes]
    # From the end, because of several at the same time the one recorded last is the last.
    return max(reversed(own), key=lambda outcome: (not outcome.missing, outcome.time_ns), default=None)


def verdict_of(outcome: Outcome | None, judge: Judge) -> str:
    """What an outcome counts as, in a word that there always is."""
    return UNDECIDED if outcome is None else judge.of_outcome(outcome) or UNCLASSIFIED


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many runs or chains ended how. `undecided`: without any outcome, such as those still open."""

    success: int = 0
    failure: int = 0
    neutral: int = 0
    unclassified: int = 0
    undecided: int = 0

    @property
    def judged(self) -> int:
        """How many have an outcome that is classified."""
        return self.success + self.failure + self.neutral

    @property
    def success_share(self) -> float | None:
        """Successes among those judged, between 0 and 1; None when none was."""
        return self.success / self.judged if self.judged else None


def verdicts(runs: Iterable[Run], judge: Judge) -> Verdicts:
    """Count runs by what became of them."""
    return Verdicts(**Counter(verdict_of(deciding_outcome(run), judge) for run in runs))

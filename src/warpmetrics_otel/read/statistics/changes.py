"""What was different in a follow-up run, and whether it did better than the run that it follows up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from warpmetrics_otel.read.model import Chain, Run
from warpmetrics_otel.read.statistics.joints import Joint, joints
from warpmetrics_otel.read.statistics.judge import FAILURE, SUCCESS, Judge, deciding_outcome
from warpmetrics_otel.read.statistics.scores import change_in_score
from warpmetrics_otel.read.statistics.spent import Spent, spent
from warpmetrics_otel.read.values import Opts

BETTER: Final = "better"
WORSE: Final = "worse"
SAME: Final = "same"

_RANKS = {SUCCESS: 1, FAILURE: -1}


@dataclass(frozen=True, slots=True)
class OptChange:
    """One of the opts that differs. `kind` is `added`, `removed` or `changed`; what is not there is None."""

    key: str
    kind: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """From a run to one that follows it up."""

    joint: Joint
    opts: list[OptChange]
    label: tuple[str, str]
    models: tuple[list[str], list[str]]
    before: Spent
    after: Spent
    score: tuple[str, float, float] | None
    """The scale, and the scores on it, when both runs have one."""
    result: str | None
    """`better`, `worse`, `same`, or None when that cannot be told."""


def changes(chain: Chain, judge: Judge) -> dict[str, Change]:
    """What changed with each follow-up run of a chain, by its id."""
    return {joint.follow_up.id: change(joint, judge) for joint in joints(chain)}


def change(joint: Joint, judge: Judge) -> Change:
    """What changed from a run to its follow-up."""
    before, after = joint.origin, joint.follow_up
    score = change_in_score(before, after)
    return Change(
        joint=joint,
        opts=[] if before.missing or after.missing else list(_opts(before.opts, after.opts)),
        label=(before.label, after.label),
        models=(_models(before), _models(after)),
        before=spent(before),
        after=spent(after),
        score=score,
        result=_result(before, after, score, judge),
    )


def _result(before: Run, after: Run, score: tuple[str, float, float] | None, judge: Judge) -> str | None:
    """A success is better than anything else and a failure worse; within that the score decides, if there is one."""
    was, became = deciding_outcome(before), deciding_outcome(after)
    if was is None or became is None:
        return None
    old, new = judge.of_outcome(was), judge.of_outcome(became)
    steps: tuple[float, float] = _RANKS.get(old or "", 0), _RANKS.get(new or "", 0)
    if steps[0] == steps[1] and score is not None:
        steps = score[1:]
    if steps[0] != steps[1]:
        return BETTER if steps[1] > steps[0] else WORSE
    known = score is not None or (old is not None and old == new) or was.name == became.name
    return SAME if known else None


def _models(run: Run) -> list[str]:
    return list(dict.fromkeys(call.model for call in run.calls if call.model))


def _opts(before: Opts, after: Opts) -> Iterator[OptChange]:
    old, new = _bag(before), _bag(after)
    for key in dict.fromkeys([*old, *new]):
        # What a backend cut off was not taken away by the agent, nor was it changed.
        if key not in new:
            if not after.cut:
                yield OptChange(key, "removed", old[key], None)
        elif key not in old:
            if not before.cut:
                yield OptChange(key, "added", None, new[key])
        elif old[key] != new[key] and not ((before.cut or after.cut) and _perhaps_cut(old[key], new[key])):
            yield OptChange(key, "changed", old[key], new[key])


def _perhaps_cut(old: Any, new: Any) -> bool:
    """Whether two values may differ only because one of them was cut."""
    if isinstance(old, str) and isinstance(new, str):
        return old.startswith(new) or new.startswith(old)
    return isinstance(old, (dict, list)) and isinstance(new, (dict, list))


def _bag(opts: Opts) -> dict[str, Any]:
    return opts.value if isinstance(opts.value, dict) else {}

"""What changed in a follow-up run, in short words that are safe to print."""

from __future__ import annotations

from typing import NamedTuple

from warpmetrics_otel.read.statistics.changes import Change
from warpmetrics_otel.read.words import printable, short

_NOT_THERE = "(none)"


class Difference(NamedTuple):
    """Something that was one thing and then another; `(none)` stands for what was not there."""

    what: str
    before: str
    after: str


def differences(change: Change) -> list[Difference]:
    """How a follow-up run differs from the one it follows up in score, label, model and opts.

    Labels and models that only one of the two tells of are no difference: the other was not read.
    """
    found = []
    if change.score is not None:
        metric, before, after = change.score
        found.append(Difference(printable(metric), f"{before:,.6g}", f"{after:,.6g}"))
    if all(change.label) and change.label[0] != change.label[1]:
        found.append(Difference("label", *map(printable, change.label)))
    if all(change.models) and change.models[0] != change.models[1]:
        found.append(Difference("model", *(" + ".join(map(printable, models)) for models in change.models)))
    for opt in change.opts:
        before_words = _NOT_THERE if opt.kind == "added" else short(opt.before)
        after_words = _NOT_THERE if opt.kind == "removed" else short(opt.after)
        found.append(Difference(printable(opt.key), before_words, after_words))
    return found

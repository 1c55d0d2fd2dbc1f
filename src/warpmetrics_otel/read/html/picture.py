"""Where everything stands in the picture of a chain: runs from left to right, each fork on a line of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from warpmetrics_otel.read.model import Act, Chain, Outcome, Run

CARD_WIDTH = 216
CARD_HEIGHT = 118
_GAP = 156
_LINE = CARD_HEIGHT + 44
_MARGIN = 12
_BEND = 8
_HEAD = 7
_MOST_RUNS = 60


@dataclass(frozen=True, slots=True)
class Card:
    """A run at its place, in pixels."""

    run: Run
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """An act, from the run it is about to one that follows it up, or to nothing (`to` is None)."""

    outcome: Outcome
    act: Act
    to: Run | None
    x: int
    y: int
    end_y: int

    @property
    def end_x(self) -> int:
        """Where it ends: at the next card."""
        return self.x + _GAP

    @property
    def path(self) -> str:
        """Its line as SVG has it: straight, or round two corners down to the line of a fork."""
        end = self.end_x - _HEAD
        if self.y == self.end_y:
            return f"M{self.x} {self.y}H{end}"
        turn = self.x + 2 * _BEND
        down = f"M{self.x} {self.y}H{turn - _BEND}Q{turn} {self.y} {turn} {self.y + _BEND}V{self.end_y - _BEND}"
        return f"{down}Q{turn} {self.end_y} {turn + _BEND} {self.end_y}H{end}"


@dataclass(frozen=True, slots=True)
class Picture:
    """The cards and arrows of a chain. `left_out` runs had no place: a picture of hundreds shows nothing."""

    cards: list[Card]
    arrows: list[Arrow]
    width: int
    height: int
    left_out: int


class _Waiting(NamedTuple):
    """A run that has no place yet, and what leads to it. Without a line it takes the next free one."""

    run: Run | None
    column: int
    line: int | None = None
    origin: Card | None = None
    because: tuple[Outcome, Act] | None = None


def picture(chain: Chain) -> Picture:
    """Lay out a chain, the first 60 runs of it if it has more."""
    cards: list[Card] = []
    arrows: list[Arrow] = []
    lines = 0
    waiting = [_Waiting(root, 0) for root in reversed(chain.roots)]
    while waiting and len(cards) < _MOST_RUNS:
        run, column, on_line, origin, because = waiting.pop()
        line = lines if on_line is None else on_line
        lines = max(lines, line + 1)
        if origin is not None and because is not None:
            start_y = origin.y + CARD_HEIGHT // 2
            arrows.append(Arrow(*because, run, origin.x + CARD_WIDTH, start_y, _top(line) + CARD_HEIGHT // 2))
        if run is not None:
            card = Card(run, _MARGIN + column * (CARD_WIDTH + _GAP), _top(line))
            cards.append(card)
            waiting += reversed(_leaving(card, column, line))
    right = max([card.x + CARD_WIDTH for card in cards] + [arrow.end_x for arrow in arrows], default=0)
    return Picture(
        cards, arrows, right + _MARGIN, _top(lines) - _LINE + CARD_HEIGHT + _MARGIN, len(chain.runs) - len(cards)
    )


def _leaving(card: Card, column: int, line: int) -> list[_Waiting]:
    """What was done about the outcomes of a run: the first goes on beside it, others below."""
    done: list[tuple[Run | None, tuple[Outcome, Act]]] = []
    for entity in card.run.entities():
        for outcome in entity.outcomes:
            for act in outcome.acts:
                done += [(follow_up, (outcome, act)) for follow_up in act.follow_ups] or [(None, (outcome, act))]
    return [
        _Waiting(follow_up, column + 1, None if number else line, card, because)
        for number, (follow_up, because) in enumerate(done)
    ]


def _top(line: int) -> int:
    return _MARGIN + line * _LINE

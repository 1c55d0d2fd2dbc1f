"""Counts what agents did, from the entities that pipelines take: runs, outcomes, acts, tokens and cost.

Pure but for a lock: who reads the counts, and under which protocol, is `metrics`' business. Taking notes
is cheap and done by the caller; counting is done later, by the worker or by whoever asks for the counts.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.cost import Price
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.entities import ABSENT, Act, Call, Entity, Fact, Outcome, Run
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH, plain
from warpmetrics_otel.translate.tokens import count

MOST_SERIES = 1000
"""Sets of attributes of one metric that are kept apart: labels may be made of anything, memory is not."""

MOST_WAITING = 2_000
"""Entities that may wait to be counted."""

_REMEMBERED = 10_000
"""Acts and follow-up runs whose names are known."""

_COUNTED = 10_000
"""Entities that are not counted again when another pipeline takes them too."""

Classes = Mapping[str, str]
Aids = tuple[Classes, Price | None]
"""Classes of outcome names, and what tells the cost of a call."""

Pairs = tuple[tuple[str, Any], ...]
"""A set of attributes, hashable."""

_OVERFLOW: Pairs = ((semconv.OTEL_METRIC_OVERFLOW, True),)
METRICS = (
    semconv.METRIC_RUNS,
    semconv.METRIC_OUTCOMES,
    semconv.METRIC_ACTS,
    semconv.METRIC_FOLLOW_UP_OUTCOMES,
    semconv.METRIC_TOKENS,
    semconv.METRIC_COST,
)


class Tally:
    """What was taken so far by this process, each entity once however many pipelines take it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Fact, Aids]] = deque()
        self._series: dict[semconv.Metric, dict[Pairs, float]] = {metric: {} for metric in METRICS}
        self._runs, self._outcomes = self._series[semconv.METRIC_RUNS], self._series[semconv.METRIC_OUTCOMES]
        self._tokens, self._cost = self._series[semconv.METRIC_TOKENS], self._series[semconv.METRIC_COST]
        self._count: dict[str, Callable[..., None]] = {
            "runs": self._run,
            "calls": self._call,
            "outcomes": self._outcome,
            "acts": self._act,
        }
        self._counted = Seen(_COUNTED)
        self._acts: dict[str, Any] = {}
        self._followed: dict[str, Any] = {}

    def note(self, facts: Iterable[Fact], classes: Classes, cost_of: Price | None = None) -> None:
        """Note entities, to be counted later.

        Args:
            facts: what is counted of each.
            classes: lower-case outcome names to their classification.
            cost_of: tells what a call cost that does not say so.
        """
        aids = classes, cost_of
        self._waiting.extend([(fact, aids) for fact in facts])
        # Nobody has counted for long: the API is down, and no metrics are collected.
        if len(self._waiting) > MOST_WAITING and self._lock.acquire(blocking=False):
            try:
                self.count()
            finally:
                self._lock.release()

    def count(self) -> None:
        """Count what was noted."""
        with self._lock:
            while self._waiting:
                (kind, native_id, *said), aids = self._waiting.popleft()
                if self._counted.add(native_id):
                    self._count[kind](native_id, aids, *said)

    def series(self, metric: semconv.Metric) -> list[tuple[Pairs, float]]:
        """The totals of a metric so far, by attributes."""
        with self._lock:
            self.count()
            return list(self._series[metric].items())

    def _call(self, _: str, aids: Aids, provider: Any, model: Any, tokens: Any, cost: Any, started_at: Any) -> None:
        if cost is ABSENT and aids[1] is not None:
            cost = aids[1](provider, model, tokens, started_at)
        read, written, paid = _model_pairs(_name(provider), _name(model))
        if type(tokens) is dict:
            self._add(self._tokens, read, tokens.get("prompt"))
            self._add(self._tokens, written, tokens.get("completion"))
        if cost is not None and cost is not ABSENT:
            self._add(self._cost, paid, cost)

    def _run(self, native_id: str, _: Aids, label: Any, ref_id: Any, follows: Any) -> None:
        act = _name(follows if follows is not None else self._acts.get(ref_id) if type(ref_id) is str else None)
        if act is not None:
            _remember(self._followed, native_id, act)
        self._add(self._runs, _run_pairs(_name(label), act), 1)

    def _outcome(self, _: str, aids: Aids, ref_id: Any, name: Any) -> None:
        text = _name(name)
        classification = None if text is None else aids[0].get(text.casefold())
        self._add(self._outcomes, _outcome_pairs(None, text, classification), 1)
        act = self._followed.get(ref_id) if type(ref_id) is str else None
        if act is not None:
            self._add(self._series[semconv.METRIC_FOLLOW_UP_OUTCOMES], _outcome_pairs(act, text, classification), 1)

    def _act(self, native_id: str, _: Aids, ref_id: Any, name: Any) -> None:
        text = _name(name)
        _remember(self._acts, native_id, text)
        self._add(self._series[semconv.METRIC_ACTS], _act_pairs(text), 1)

    def _add(self, totals: dict[Pairs, float], pairs: Pairs, value: Any) -> None:
        amount = value if type(value) is int else count(value)
        if not amount or amount < 0:
            return
        before = totals.get(pairs)
        if before is None:
            if len(totals) >= MOST_SERIES:
                pairs = _OVERFLOW
            before = totals.get(pairs, 0)
        totals[pairs] = before + amount


def fact_of(entity: Entity) -> Fact | None:
    """What is counted of an entity: no content. None where nothing is."""
    if isinstance(entity, Call):
        said = entity.provider, entity.model, entity.tokens, entity.cost, entity.started_at
        return entity.kind, entity.id, *said
    if isinstance(entity, Run):
        return entity.kind, entity.id, entity.label, entity.ref_id, None
    if isinstance(entity, (Outcome, Act)):
        return entity.kind, entity.id, entity.ref_id, entity.name
    return None


def _name(value: Any) -> str | None:
    """A name that a user chose, short and encodable; None where there is none."""
    if type(value) is str and len(value) <= MAX_NAME_LENGTH and value.isascii():
        return value
    return None if value is None or value is ABSENT else plain(value)[:MAX_NAME_LENGTH]


def _pairs(*pairs: tuple[str, str | None]) -> Pairs:
    return tuple(pair for pair in pairs if pair[1] is not None)


# Names recur: putting attributes together costs more than counting.


@lru_cache(MOST_SERIES)
def _model_pairs(provider: str | None, model: str | None) -> tuple[Pairs, Pairs, Pairs]:
    """The attributes of a model's tokens, read and written, and of its cost."""
    paid = _pairs((semconv.GEN_AI_PROVIDER_NAME, provider), (semconv.GEN_AI_REQUEST_MODEL, model))
    read = (semconv.GEN_AI_TOKEN_TYPE, semconv.TOKEN_TYPE_INPUT)
    written = (semconv.GEN_AI_TOKEN_TYPE, semconv.TOKEN_TYPE_OUTPUT)
    return (read, *paid), (written, *paid), paid


@lru_cache(MOST_SERIES)
def _run_pairs(label: str | None, act: str | None) -> Pairs:
    return _pairs((semconv.GEN_AI_WORKFLOW_NAME, label), (semconv.WARPMETRICS_FOLLOWS_ACT_NAME, act))


@lru_cache(MOST_SERIES)
def _outcome_pairs(act: str | None, name: str | None, classification: str | None) -> Pairs:
    return _pairs(
        (semconv.WARPMETRICS_FOLLOWS_ACT_NAME, act),
        (semconv.WARPMETRICS_OUTCOME_NAME, name),
        (semconv.WARPMETRICS_OUTCOME_CLASSIFICATION, classification),
    )


@lru_cache(MOST_SERIES)
def _act_pairs(name: str | None) -> Pairs:
    return _pairs((semconv.WARPMETRICS_ACT_NAME, name))


def _remember(names: dict[str, Any], native_id: str, value: Any) -> None:
    if len(names) >= _REMEMBERED:
        del names[next(iter(names))]
    names[native_id] = value

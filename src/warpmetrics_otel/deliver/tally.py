"""Counts what agents did, from the entities that pipelines take: runs, outcomes, acts, tokens and cost.

Pure but for a lock: who reads the counts, and under which protocol, is `metrics`' business. Taking notes
is cheap and done by the caller; counting is done later, by the worker or by whoever asks for the counts.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.cost import Price
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.entities import ABSENT, Act, Call, Entity, Group, Link, Outcome, Run
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH, plain
from warpmetrics_otel.translate.tokens import count

MOST_SERIES = 1000
"""Sets of attributes of one metric that are kept apart: labels may be made of anything, memory is not."""

MOST_WAITING = 20_000
"""Entities that may wait to be counted."""

_REMEMBERED = 10_000
"""Acts and follow-up runs whose names are known."""

_COUNTED = 10_000
"""Entities that are not counted again when another pipeline takes them too."""

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
        self._waiting: deque[tuple[str, Callable[..., None], tuple[Any, ...]]] = deque()
        self._series: dict[semconv.Metric, dict[Pairs, float]] = {metric: {} for metric in METRICS}
        self._counted = Seen(_COUNTED)
        self._acts: dict[str, Any] = {}
        self._followed: dict[str, Any] = {}

    def note(
        self, entity: Entity, classes: Mapping[str, str], follows: Any = None, cost_of: Price | None = None
    ) -> None:
        """Note an entity, to be counted later: only what is counted of it, so that no content is kept.

        Args:
            entity: what was taken.
            classes: lower-case outcome names to their classification.
            follows: the name of the act that a run follows, where it is known.
            cost_of: tells what a call cost that does not say so.
        """
        waiting = self._waiting
        kind = type(entity)
        if kind is Link or kind is Group:
            return
        if isinstance(entity, Call):
            unsaid = cost_of if entity.cost is ABSENT else None
            said = (entity.provider, entity.model, entity.tokens, entity.cost, entity.started_at, unsaid)
            waiting.append((entity.id, self._call, said))
        elif isinstance(entity, Outcome):
            waiting.append((entity.id, self._outcome, (entity.ref_id, entity.name, classes)))
        elif isinstance(entity, Run):
            waiting.append((entity.id, self._run, (entity.id, entity.label, entity.ref_id, follows)))
        elif isinstance(entity, Act):
            waiting.append((entity.id, self._act, (entity.id, entity.name)))
        # Nobody has counted for long: the API is down, and no metrics are collected.
        if len(waiting) > MOST_WAITING and self._lock.acquire(blocking=False):
            try:
                self.count()
            finally:
                self._lock.release()

    def count(self) -> None:
        """Count what was noted."""
        with self._lock:
            while self._waiting:
                native_id, count_it, said = self._waiting.popleft()
                if self._counted.add(native_id):
                    count_it(*said)

    def series(self, metric: semconv.Metric) -> list[tuple[Pairs, float]]:
        """The totals of a metric so far, by attributes."""
        with self._lock:
            self.count()
            return list(self._series[metric].items())

    def _call(self, provider: Any, model: Any, tokens: Any, cost: Any, started_at: Any, cost_of: Price | None) -> None:
        if cost_of is not None:
            cost = cost_of(provider, model, tokens, started_at)
        read, written, paid = _model_pairs(_name(provider), _name(model))
        if type(tokens) is dict:
            self._add(semconv.METRIC_TOKENS, read, count(tokens.get("prompt")))
            self._add(semconv.METRIC_TOKENS, written, count(tokens.get("completion")))
        self._add(semconv.METRIC_COST, paid, count(cost))

    def _run(self, native_id: str, label: Any, ref_id: Any, follows: Any) -> None:
        act = _name(follows if follows is not None else self._acts.get(ref_id) if type(ref_id) is str else None)
        if act is not None:
            _remember(self._followed, native_id, act)
        self._add(semconv.METRIC_RUNS, _run_pairs(_name(label), act), 1)

    def _outcome(self, ref_id: Any, name: Any, classes: Mapping[str, str]) -> None:
        text = _name(name)
        classification = None if text is None else classes.get(text.casefold())
        self._add(semconv.METRIC_OUTCOMES, _outcome_pairs(None, text, classification), 1)
        act = self._followed.get(ref_id) if type(ref_id) is str else None
        if act is not None:
            self._add(semconv.METRIC_FOLLOW_UP_OUTCOMES, _outcome_pairs(act, text, classification), 1)

    def _act(self, native_id: str, name: Any) -> None:
        text = _name(name)
        _remember(self._acts, native_id, text)
        self._add(semconv.METRIC_ACTS, _pairs((semconv.WARPMETRICS_ACT_NAME, text)), 1)

    def _add(self, metric: semconv.Metric, pairs: Pairs, amount: float | None) -> None:
        if not amount or amount < 0:
            return
        totals = self._series[metric]
        before = totals.get(pairs)
        if before is None:
            if len(totals) >= MOST_SERIES:
                pairs = _OVERFLOW
            before = totals.get(pairs, 0)
        totals[pairs] = before + amount


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


def _remember(names: dict[str, Any], native_id: str, value: Any) -> None:
    if len(names) >= _REMEMBERED:
        del names[next(iter(names))]
    names[native_id] = value

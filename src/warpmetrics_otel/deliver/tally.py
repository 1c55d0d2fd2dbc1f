"""Counts what agents did, from the entities that pipelines take: runs, outcomes, acts, tokens and cost.

Pure but for a lock: who reads the counts, and under which protocol, is `metrics`' business. Taking notes
is cheap and done by the caller; counting is done later, by the worker or by whoever asks for the counts.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.entities import ABSENT, Act, Call, Entity, Outcome, Run
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
_TOKENS = (("prompt", semconv.TOKEN_TYPE_INPUT), ("completion", semconv.TOKEN_TYPE_OUTPUT))
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
        self._waiting: deque[tuple[str, Callable[[], None]]] = deque()
        self._series: dict[semconv.Metric, dict[Pairs, float]] = {metric: {} for metric in METRICS}
        self._counted = Seen(_COUNTED)
        self._acts: dict[str, Any] = {}
        self._followed: dict[str, Any] = {}

    def note(self, entity: Entity, classes: Mapping[str, str], follows: Any = None) -> None:
        """Note an entity, to be counted later: only what is counted of it, so that no content is kept.

        Args:
            entity: what was taken.
            classes: lower-case outcome names to their classification.
            follows: the name of the act that a run follows, where it is known.
        """
        waiting = self._waiting
        if isinstance(entity, Call):
            call = partial(self._call, entity.provider, entity.model, entity.tokens, entity.cost)
            waiting.append((entity.id, call))
        elif isinstance(entity, Outcome):
            waiting.append((entity.id, partial(self._outcome, entity.ref_id, entity.name, classes)))
        elif isinstance(entity, Run):
            waiting.append((entity.id, partial(self._run, entity.id, entity.label, entity.ref_id, follows)))
        elif isinstance(entity, Act):
            waiting.append((entity.id, partial(self._act, entity.id, entity.name)))
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
                native_id, count_it = self._waiting.popleft()
                if self._counted.add(native_id):
                    count_it()

    def series(self, metric: semconv.Metric) -> list[tuple[Pairs, float]]:
        """The totals of a metric so far, by attributes."""
        with self._lock:
            self.count()
            return list(self._series[metric].items())

    def _call(self, provider: Any, model: Any, tokens: Any, cost: Any) -> None:
        model_pairs = (*_pair(semconv.GEN_AI_PROVIDER_NAME, provider), *_pair(semconv.GEN_AI_REQUEST_MODEL, model))
        if type(tokens) is dict:
            for field, token_type in _TOKENS:
                pairs = ((semconv.GEN_AI_TOKEN_TYPE, token_type), *model_pairs)
                self._add(semconv.METRIC_TOKENS, pairs, count(tokens.get(field)))
        self._add(semconv.METRIC_COST, model_pairs, count(cost))

    def _run(self, native_id: str, label: Any, ref_id: Any, follows: Any) -> None:
        act = follows if follows is not None else self._acts.get(ref_id) if type(ref_id) is str else None
        act_pairs = _pair(semconv.WARPMETRICS_FOLLOWS_ACT_NAME, act)
        if act_pairs:
            _remember(self._followed, native_id, act_pairs)
        self._add(semconv.METRIC_RUNS, (*_pair(semconv.GEN_AI_WORKFLOW_NAME, label), *act_pairs), 1)

    def _outcome(self, ref_id: Any, name: Any, classes: Mapping[str, str]) -> None:
        pairs = _pair(semconv.WARPMETRICS_OUTCOME_NAME, name)
        classification = classes.get(plain(name).casefold())
        if classification is not None:
            pairs += ((semconv.WARPMETRICS_OUTCOME_CLASSIFICATION, classification),)
        self._add(semconv.METRIC_OUTCOMES, pairs, 1)
        act_pairs = self._followed.get(ref_id) if type(ref_id) is str else None
        if act_pairs is not None:
            self._add(semconv.METRIC_FOLLOW_UP_OUTCOMES, (*act_pairs, *pairs), 1)

    def _act(self, native_id: str, name: Any) -> None:
        _remember(self._acts, native_id, name)
        self._add(semconv.METRIC_ACTS, _pair(semconv.WARPMETRICS_ACT_NAME, name), 1)

    def _add(self, metric: semconv.Metric, pairs: Pairs, amount: float | None) -> None:
        if not amount or amount < 0:
            return
        totals = self._series[metric]
        if pairs not in totals and len(totals) >= MOST_SERIES:
            pairs = _OVERFLOW
        totals[pairs] = totals.get(pairs, 0) + amount


def _pair(key: str, value: Any) -> Pairs:
    """An attribute of a name that a user chose; nothing where there is none."""
    return () if value is None or value is ABSENT else ((key, plain(value)[:MAX_NAME_LENGTH]),)


def _remember(names: dict[str, Any], native_id: str, value: Any) -> None:
    if len(names) >= _REMEMBERED:
        del names[next(iter(names))]
    names[native_id] = value

"""Which call an answer is of, by the id that its provider gave it: evaluations may name a call by nothing else.

Bounded in number: of answers, and of evaluations that have come before their call, the oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import Outcome
from warpmetrics_otel.translate.bounded import remember
from warpmetrics_otel.translate.dialects.values import first_text
from warpmetrics_otel.translate.evaluations import evaluation_outcome
from warpmetrics_otel.translate.views import EventView, SpanView

MOST_ANSWERS = 20_000
"""How many answers are remembered."""

MOST_EVALUATIONS = 2_000
"""How many evaluations wait for their calls."""

ANSWER_IDS = (semconv.GEN_AI_RESPONSE_ID, "ai.response.id")
"""The attributes that hold the id of an answer."""

WHOLE_ANSWER = "output.value"
"""Where OpenInference has all that was answered, as JSON."""

_BEGINNING = '{"id":"'


class Answered(NamedTuple):
    """A call, and the span that it is."""

    trace_id: int
    span_id: int
    native_id: str


class _Evaluation(NamedTuple):
    answer: str
    event: EventView
    trace_id: int
    span_id: int


class Answers:
    """The answers of calls that were told."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Answered] = OrderedDict()
        self._waiting: OrderedDict[str, list[_Evaluation]] = OrderedDict()
        self._number = 0

    def told(self, answer: str, call: Answered) -> list[Outcome]:
        """This answer is of this call; returns how it was evaluated before that was known."""
        if answer not in self._calls:
            remember(self._calls, answer, call, MOST_ANSWERS)
        waited = self._waiting.pop(answer, [])
        self._number -= len(waited)
        return [_outcome(one, call) for one in waited]

    def evaluated(self, event: EventView, trace_id: int = 0, span_id: int = 0, *, wait: bool = True) -> Outcome | None:
        """What an evaluation is that names the answer it is about.

        Args:
            event: the evaluation.
            trace_id: the trace of the span it is on; 0 without one.
            span_id: that span.
            wait: whether to tell of it later where its call is not known yet.

        Returns:
            None where it names no answer, or none that is known.
        """
        answer = answer_of_evaluation(event)
        if answer is None:
            return None
        evaluation, call = _Evaluation(answer, event, trace_id, span_id), self._calls.get(answer)
        if call is not None:
            return _outcome(evaluation, call)
        if wait:
            self._waiting.setdefault(answer, []).append(evaluation)
            self._number += 1
            while self._number > MOST_EVALUATIONS:
                self._number -= len(self._waiting.popitem(last=False)[1])
        return None


def evaluations_of(span: SpanView, target_id: str | None, answers: Answers, *, certain: bool) -> Iterator[Outcome]:
    """The outcomes that the evaluations among a span's events are.

    Args:
        span: any.
        target_id: what the span stands for, or is beneath; None for nothing that is told.
        answers: what is known of answers. An evaluation that names one of them is about that.
        certain: whether they are about `target_id` whatever they name.
    """
    for event in span.events:
        if event.name != semconv.EVENT_EVALUATION_RESULT:
            continue
        outcome = None
        if not certain:
            outcome = answers.evaluated(event, span.trace_id, span.span_id, wait=target_id is None)
        if outcome is None and target_id is not None:
            outcome = evaluation_outcome(event.attributes, span.trace_id, span.span_id, event.time_ns, target_id)
        if outcome is not None:
            yield outcome


def answer_of_evaluation(event: EventView) -> str | None:
    """The id of the answer that an evaluation says it is about; None for other events."""
    if event.name != semconv.EVENT_EVALUATION_RESULT:
        return None
    return first_text(event.attributes, (semconv.GEN_AI_RESPONSE_ID,))


def answer_id(attributes: Mapping[str, Any]) -> str | None:
    """The id of the answer that a call's span tells of."""
    told = first_text(attributes, ANSWER_IDS)
    if told is None:
        whole = attributes.get(WHOLE_ANSWER)
        if isinstance(whole, str) and whole.startswith(_BEGINNING):
            told = whole[len(_BEGINNING) :].partition('"')[0]
    return told or None


def _outcome(evaluation: _Evaluation, call: Answered) -> Outcome:
    # Without a span of its own it is as if it had come from the call's.
    trace_id, span_id = evaluation.trace_id or call.trace_id, evaluation.span_id or call.span_id
    event = evaluation.event
    return evaluation_outcome(event.attributes, trace_id, span_id, event.time_ns, call.native_id)

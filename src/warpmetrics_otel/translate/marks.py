"""Native outcomes and acts, and the events that stand for them on the span of their target or on a carrier."""

from __future__ import annotations

from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import Act, Outcome
from warpmetrics_otel.translate.bags import add_opts, opts_of
from warpmetrics_otel.translate.evaluation import evaluation
from warpmetrics_otel.translate.exact import add_native, corrected, difference, native_of, shown
from warpmetrics_otel.translate.place import Verdict
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.views import STATUS_ERROR, STATUS_UNSET, Event, EventView


def outcome_of(event: EventView, target_id: str | None) -> Outcome | None:
    """The outcome that an event stands for, on the target of this id; None when a limit took its id."""
    attributes = event.attributes
    outcome_id = attributes.get(semconv.WARPMETRICS_OUTCOME_ID)
    if not isinstance(outcome_id, str):
        return None
    name = attributes.get(semconv.WARPMETRICS_OUTCOME_NAME)
    outcome = Outcome(outcome_id, target_id, name, opts_of(attributes), iso(event.time_ns))
    native = native_of(attributes)
    return outcome if native is None else Outcome.from_json(corrected(outcome.to_json(), native))


def outcome_event(outcome: Outcome, target_id: str | None, time_ns: int, classification: str | None) -> Event:
    """The event of an outcome, which will be read as one on the target of this id."""
    name = shown(outcome.name)
    attributes: dict[str, Any] = {}
    add_opts(attributes, outcome.opts)
    attributes.update(evaluation(name, outcome.opts))
    if classification is not None:
        attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] = classification
    attributes[semconv.WARPMETRICS_OUTCOME_NAME] = name
    attributes[semconv.WARPMETRICS_OUTCOME_ID] = shown(outcome.id)
    event = Event(semconv.EVENT_OUTCOME, time_ns, attributes)
    said = outcome_of(event, target_id)
    add_native(attributes, difference(outcome.to_json(), said.to_json() if said else {}))
    return event


def act_of(event: EventView) -> Act | None:
    """The act that an event stands for; None when a limit took its id."""
    attributes = event.attributes
    act_id = attributes.get(semconv.WARPMETRICS_ACT_ID)
    if not isinstance(act_id, str):
        return None
    outcome_id = attributes.get(semconv.WARPMETRICS_OUTCOME_ID)
    name = attributes.get(semconv.WARPMETRICS_ACT_NAME)
    act = Act(act_id, outcome_id, name, opts_of(attributes), iso(event.time_ns))
    native = native_of(attributes)
    return act if native is None else Act.from_json(corrected(act.to_json(), native))


def act_event(act: Act, time_ns: int) -> Event:
    """The event of an act."""
    attributes: dict[str, Any] = {}
    add_opts(attributes, act.opts)
    if isinstance(act.ref_id, str):
        attributes[semconv.WARPMETRICS_OUTCOME_ID] = shown(act.ref_id)
    attributes[semconv.WARPMETRICS_ACT_NAME] = shown(act.name)
    attributes[semconv.WARPMETRICS_ACT_ID] = shown(act.id)
    event = Event(semconv.EVENT_ACT, time_ns, attributes)
    said = act_of(event)
    add_native(attributes, difference(act.to_json(), said.to_json() if said else {}))
    return event


def add_verdict(attributes: dict[str, Any], verdict: Verdict | None) -> tuple[int, str]:
    """Repeat the last outcome on the span of its target; returns the status that the span gets from it."""
    if verdict is None:
        return STATUS_UNSET, ""
    attributes[semconv.WARPMETRICS_OUTCOME_NAME] = verdict.name
    if verdict.classification == semconv.CLASSIFICATION_FAILURE:
        return STATUS_ERROR, verdict.name
    return STATUS_UNSET, ""

"""What each span, event and link of ours says: pure functions from values to attributes.

The SDK evicts the oldest attribute when a span has too many, so search copies come first and the
attributes that identify come last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.state import Mark, State
from warpmetrics_otel.translate.evaluation import evaluation
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.opts import encode
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH, encodable, plain

Attributes = dict[str, Any]

_IDENTITIES = {
    ids.RUN: (semconv.ENTITY_TYPE_RUN, semconv.WARPMETRICS_RUN_ID),
    ids.GROUP: (semconv.ENTITY_TYPE_GROUP, semconv.WARPMETRICS_GROUP_ID),
    ids.CALL: (semconv.ENTITY_TYPE_CALL, semconv.WARPMETRICS_CALL_ID),
}
_native_json = encoder(ascii_only=True)


def named(attributes: Attributes, field: str, value: object, text: str | None = None) -> str:
    """The text of a label or name, if not known yet; what it cannot hold goes to ``warpmetrics.native``."""
    if text is None:
        text = plain(value)
    if text is not value and not (is_a(value, str) and text == value):
        attributes[semconv.WARPMETRICS_NATIVE], _ = encode({field: value}, field)
    return text


def group_name(attributes: Attributes, label: str) -> str:
    """The span name of a group; a label it cannot hold whole goes to ``warpmetrics.native``."""
    if len(label) > MAX_NAME_LENGTH and semconv.WARPMETRICS_NATIVE not in attributes:
        attributes[semconv.WARPMETRICS_NATIVE] = _native_json({"label": label})
    elif not label:
        attributes.setdefault(semconv.WARPMETRICS_NATIVE, _native_json({"label": label}))
        return semconv.ENTITY_TYPE_GROUP
    return label[:MAX_NAME_LENGTH]


def identity(attributes: Attributes, kind: str, native_id: str, parent: State | None = None) -> Attributes:
    """Add what a run, group or call is; last, so that a span limit takes it last."""
    if parent is not None:
        if parent.conversation_id is not None and kind == ids.CALL:
            attributes[semconv.GEN_AI_CONVERSATION_ID] = parent.conversation_id
        attributes[semconv.WARPMETRICS_PARENT_ID] = parent.id
    attributes[semconv.WARPMETRICS_ENTITY_TYPE], key = _IDENTITIES[kind]
    attributes[key] = native_id
    return attributes


def outcome_event(mark: Mark, opts: Any, opts_json: str | None, classification: str | None, name: object) -> Attributes:
    """The attributes of a ``warpmetrics.outcome`` event, with the GenAI evaluation of a scored one."""
    attributes: Attributes = {}
    text = named(attributes, "name", name, mark.outcome_name)
    if opts_json is not None:
        attributes[semconv.WARPMETRICS_OPTS] = opts_json
        if scored := evaluation(text, opts):
            attributes.update(scored)
    if classification is not None:
        attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] = classification
    attributes[semconv.WARPMETRICS_OUTCOME_NAME] = text
    attributes[semconv.WARPMETRICS_OUTCOME_ID] = mark.id
    return attributes


def act_event(mark: Mark, opts_json: str | None, name: object) -> Attributes:
    """The attributes of a ``warpmetrics.act`` event."""
    attributes: Attributes = {}
    text = named(attributes, "name", name, mark.act_name)
    if opts_json is not None:
        attributes[semconv.WARPMETRICS_OPTS] = opts_json
    if mark.outcome_id is not None:
        attributes[semconv.WARPMETRICS_OUTCOME_ID] = mark.outcome_id
    attributes[semconv.WARPMETRICS_ACT_NAME] = text
    attributes[semconv.WARPMETRICS_ACT_ID] = mark.id
    return attributes


_REPEATED_ON_CARRIERS = (
    semconv.WARPMETRICS_OUTCOME_NAME,
    semconv.WARPMETRICS_OUTCOME_ID,
    semconv.WARPMETRICS_ACT_NAME,
    semconv.WARPMETRICS_ACT_ID,
)


def carrier(event: Mapping[str, Any], target_id: str, run_id: str | None) -> Attributes:
    """The attributes of a carrier span: every id it knows, by which a chain is joined when no trace is known."""
    attributes: Attributes = {key: event[key] for key in _REPEATED_ON_CARRIERS if key in event}
    if run_id is not None:
        attributes[semconv.WARPMETRICS_RUN_ID] = run_id
    attributes[semconv.WARPMETRICS_TARGET_ID] = target_id
    attributes[semconv.WARPMETRICS_ENTITY_TYPE] = semconv.ENTITY_TYPE_CARRIER
    return attributes


def follows(attributes: Attributes, act: Mark) -> None:
    """Repeat on a follow-up root what its link says: several backends lose link attributes."""
    origin = act.state
    if act.act_name:
        attributes[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] = encodable(act.act_name)
    if act.outcome_name:
        attributes[semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME] = encodable(act.outcome_name)
    if origin is not None and origin.run_id is not None:
        attributes[semconv.WARPMETRICS_FOLLOWS_RUN_ID] = origin.run_id
    attributes[semconv.WARPMETRICS_ACT_ID] = act.id


def follow_up_link(act: Mark, link_type: str) -> Attributes:
    """The attributes of a follow-up link, in either direction; last, where limits take last, what it is and its act."""
    values = {
        semconv.WARPMETRICS_FOLLOWS_RUN_ID: act.state.run_id if act.state else None,
        semconv.WARPMETRICS_OUTCOME_NAME: encodable(act.outcome_name) if act.outcome_name else None,
        semconv.WARPMETRICS_OUTCOME_ID: act.outcome_id,
        semconv.WARPMETRICS_ACT_NAME: encodable(act.act_name) if act.act_name else None,
        semconv.WARPMETRICS_ACT_ID: act.id,
        semconv.WARPMETRICS_LINK_TYPE: link_type,
    }
    return {key: value for key, value in values.items() if value is not None}

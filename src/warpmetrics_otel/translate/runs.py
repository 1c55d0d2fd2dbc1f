"""A native run and the root span that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Run
from warpmetrics_otel.translate.bags import SEARCH_OPTS, add_opts, opts_of
from warpmetrics_otel.translate.exact import add_native, corrected, difference, native_of, shown
from warpmetrics_otel.translate.marks import add_verdict
from warpmetrics_otel.translate.names import run_name
from warpmetrics_otel.translate.place import Place, Verdict
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.views import KIND_INTERNAL, Link, Span, SpanView

# What `run()` takes beside its opts, and the native API has among them.
_AMONG_OPTS = (("conversation_id", semconv.GEN_AI_CONVERSATION_ID), ("user_id", semconv.USER_ID))


class Follows(NamedTuple):
    """What is known of the act that a run follows, beside its id."""

    host: tuple[int, int]
    """Trace and span id of the span that carries it."""
    act_name: str
    outcome_id: str
    outcome_name: str | None
    run_id: str | None
    chain: tuple[str, int] | None
    """The first run's id, and the follow-up's position."""


def run_of(span: SpanView) -> Run:
    """The run that a span stands for."""
    attributes = span.attributes
    label = attributes.get(semconv.GEN_AI_WORKFLOW_NAME)
    if label is None:
        label = span.name.removeprefix(semconv.OPERATION_INVOKE_WORKFLOW).lstrip()
    run = Run(
        attributes.get(semconv.WARPMETRICS_RUN_ID) or ids.run_id_of_trace(span.trace_id),
        label,
        _opts_of(span),
        attributes.get(semconv.WARPMETRICS_ACT_ID),
        iso(span.start_ns),
    )
    native = native_of(attributes)
    return run if native is None else Run.from_json(corrected(run.to_json(), native))


def run_span(run: Run, place: Place, verdict: Verdict | None, follows: Follows | None) -> Span:
    """The root span of a run."""
    label = shown(run.label)
    attributes: dict[str, Any] = {}
    add_opts(attributes, run.opts, search=SEARCH_OPTS)
    attributes[semconv.GEN_AI_OPERATION_NAME] = semconv.OPERATION_INVOKE_WORKFLOW
    attributes[semconv.GEN_AI_WORKFLOW_NAME] = label
    links: Sequence[Link] = ()
    if isinstance(run.ref_id, str):
        attributes[semconv.WARPMETRICS_ACT_ID] = shown(run.ref_id)
        if follows is not None:
            links = [_add_follows(attributes, attributes[semconv.WARPMETRICS_ACT_ID], follows)]
    status = add_verdict(attributes, verdict)
    attributes[semconv.WARPMETRICS_ENTITY_TYPE] = semconv.ENTITY_TYPE_RUN
    attributes[semconv.WARPMETRICS_RUN_ID] = shown(run.id)
    span = place._replace(parent_span_id=0).span(run_name(label), KIND_INTERNAL, attributes, links, status)
    add_native(attributes, difference(run.to_json(), run_of(span).to_json()))
    return span


def _opts_of(span: SpanView) -> Any:
    opts = opts_of(span.attributes)
    for name, key in _AMONG_OPTS:
        value = span.attributes.get(key)
        if value is not None and (opts is None or (isinstance(opts, dict) and name not in opts)):
            opts = {**(opts or {}), name: value}
    return opts


def _add_follows(attributes: dict[str, Any], act_id: str, follows: Follows) -> Link:
    said = {
        semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_FOLLOW_UP,
        semconv.WARPMETRICS_ACT_ID: act_id,
        semconv.WARPMETRICS_ACT_NAME: follows.act_name,
        semconv.WARPMETRICS_OUTCOME_ID: follows.outcome_id,
    }
    attributes[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] = follows.act_name
    if follows.outcome_name is not None:
        said[semconv.WARPMETRICS_OUTCOME_NAME] = follows.outcome_name
        attributes[semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME] = follows.outcome_name
    if follows.run_id is not None:
        said[semconv.WARPMETRICS_FOLLOWS_RUN_ID] = follows.run_id
        attributes[semconv.WARPMETRICS_FOLLOWS_RUN_ID] = follows.run_id
    if follows.chain is not None:
        attributes[semconv.WARPMETRICS_CHAIN_ID], attributes[semconv.WARPMETRICS_CHAIN_POSITION] = follows.chain
    return Link(*follows.host, said)

"""What others' spans stand for, one at a time: a call, a group, the run that a trace is, and that run's failure.

Ids follow from a span's context alone, so that whoever translates it, and whenever, gives the same. How the spans of
a trace hang together is in `foreign_traces`.
"""

from __future__ import annotations

from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import ABSENT, Call, Group, Link, Outcome, Run
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.dialects import CallFacts, Dialect, registry
from warpmetrics_otel.translate.dialects.names import group_label, run_label
from warpmetrics_otel.translate.dialects.providers import UNKNOWN, provider_name
from warpmetrics_otel.translate.exact import json_text, plain_value
from warpmetrics_otel.translate.text import plain
from warpmetrics_otel.translate.times import iso, milliseconds
from warpmetrics_otel.translate.views import STATUS_ERROR, SpanView

FAILED = "Error"
"""The name of the outcome that says that a trace's topmost span failed."""

_NOTHING_SAID = CallFacts()


def call_id(span: SpanView) -> str:
    """The id of the call that a span stands for."""
    return ids.derived(ids.CALL, span.trace_id, span.span_id)


def group_id(span: SpanView) -> str:
    """The id of the group that a span stands for."""
    return ids.derived(ids.GROUP, span.trace_id, span.span_id)


def foreign_call(span: SpanView, said: Content | None = None, dialect: Dialect | None = None) -> Call:
    """The call that a span stands for, which has ended.

    Args:
        span: one whose kind is ``call`` or ``embedding``.
        said: what was said in it, from beside the span; what is None or ABSENT there is taken from the span.
        dialect: the span's, where it is known already.
    """
    dialect = dialect or registry.find(span.attributes, span.scope)
    facts = _NOTHING_SAID if dialect is None else dialect.call(span)
    error = error_of(span) if facts.error is None else facts.error
    started = span.start_ns if facts.started_ns is None else facts.started_ns
    # Clocks of others may be set back meanwhile.
    ended = max(started, span.end_ns)
    messages, response, tools, tool_calls = facts.messages, facts.response, facts.tools, facts.tool_calls
    if said is not None:
        messages = messages if said.messages is None else said.messages
        response = said.response or response
        tools = said.tools or tools
        tool_calls = said.tool_calls or tool_calls
    failed = error is not None
    return Call(
        call_id(span),
        provider_name(facts.provider, facts.model),
        _said_as_text(facts.model),
        plain_value(messages),
        ABSENT if failed else _said_as_text(response),
        ABSENT if failed else plain_value(tools),
        ABSENT if failed else plain_value(tool_calls),
        ABSENT if failed else facts.tokens,
        milliseconds(started, ended),
        iso(started),
        iso(ended),
        "error" if failed else "success",
        plain(error) if failed else ABSENT,
        ABSENT,
        ABSENT if facts.cost is None else facts.cost,
    )


def completed(call: Call, around: Call) -> Call:
    """A call with what it lacks, of the span around it that is about the same request."""
    if call.status != around.status:
        return call
    lacking = {
        name: value
        for name in ("model", "messages", "response", "tools", "tool_calls", "tokens", "cost")
        if not getattr(call, name) and (value := getattr(around, name))
    }
    if call.provider == UNKNOWN:
        lacking["provider"] = around.provider
    return call._replace(**lacking) if lacking else call


def call_link(call: Call, parent_id: str) -> Link:
    """The link of a call to what it hangs on."""
    return Link(parent_id, call.id, semconv.ENTITY_TYPE_CALL, call.ended_at)


def foreign_group(span: SpanView, parent_id: str, native_id: str | None = None) -> tuple[Group, Link]:
    """The group that a span stands for, ended or not, and its link.

    Args:
        span: one whose kind is ``group``.
        parent_id: what it hangs on.
        native_id: its own id, where that is known already.
    """
    started = iso(span.start_ns)
    group = Group(native_id or group_id(span), group_label(span.name, span.attributes), None, started)
    return group, Link(parent_id, group.id, semconv.ENTITY_TYPE_GROUP, started)


def inferred_run(top: SpanView) -> Run:
    """The run that a trace without Warpmetrics verbs is.

    Args:
        top: the trace's root, else the topmost of its spans that is known. It names the run; nothing else of it is
            in there.
    """
    return Run(ids.run_id_of_trace(top.trace_id), run_label(top.name, top.attributes), None, None, iso(top.start_ns))


def failure_of(top: SpanView, run_id: str) -> Outcome | None:
    """The outcome that says that the topmost span failed; None when it did not, or has not ended."""
    error = error_of(top) if top.end_ns and top.status_code == STATUS_ERROR else None
    if error is None:
        return None
    outcome_id = ids.derived(ids.OUTCOME, top.trace_id, top.span_id, b"error")
    return Outcome(outcome_id, run_id, FAILED, {"error": error}, iso(top.end_ns))


def error_of(span: SpanView) -> str | None:
    """What went wrong in a span, in words where it has some; None when nothing did."""
    error_type = span.attributes.get(semconv.ERROR_TYPE)
    if span.status_code != STATUS_ERROR and error_type is None:
        return None
    # The status of many says the class and the stack too.
    return _exception_of(span) or span.status_message or _text(error_type) or "error"


def _exception_of(span: SpanView) -> str | None:
    for event in reversed(span.events):
        if event.name == semconv.EVENT_EXCEPTION:
            return _text(event.attributes.get(semconv.EXCEPTION_MESSAGE))
    return None


def _said_as_text(value: Any) -> str | None:
    # What a model is asked for, or says, is a text; what stands there instead is shown as JSON.
    return value if value is None or isinstance(value, str) else json_text(plain_value(value))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

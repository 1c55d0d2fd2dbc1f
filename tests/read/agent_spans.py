"""Spans of an agent as the contract says they look, written by the real OpenTelemetry SDK and file exporter.

By hand, not through the package's own recording: what reads must not depend on what writes. Times are seconds
after an arbitrary moment.
"""

import json
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from ulid import ULID

from warpmetrics_otel import ids, semconv

START_NS = 1_790_000_000_000_000_000


def native(prefix, number):
    """The same id for the same number, and another span id for each."""
    low = number * len(ids.PREFIXES) + ids.PREFIXES.index(prefix) + 1
    return f"wm_{prefix}_{str(ULID.from_int(number << 80 | low)).lower()}"


def trace_hex(run_id):
    return f"{ids.trace_id_of(run_id):032x}"


def span_hex(entity_id):
    return f"{ids.span_id_of(entity_id):016x}"


def outcome(number, name, at=1.0, classification=None, opts=None):
    attributes = {semconv.WARPMETRICS_OUTCOME_ID: native("oc", number), semconv.WARPMETRICS_OUTCOME_NAME: name}
    if classification:
        attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] = classification
    return semconv.EVENT_OUTCOME, _with_opts(attributes, opts), at


def act(number, name, of, at=1.0, opts=None):
    attributes = {
        semconv.WARPMETRICS_ACT_ID: native("act", number),
        semconv.WARPMETRICS_ACT_NAME: name,
        semconv.WARPMETRICS_OUTCOME_ID: native("oc", of),
    }
    return semconv.EVENT_ACT, _with_opts(attributes, opts), at


def link(trace_id, span_id, **attributes):
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(1))
    return Link(context, {getattr(semconv, name): value for name, value in attributes.items()})


class SpanFile:
    """A file of OTLP JSON lines, one span a line."""

    def __init__(self, path: Path):
        # Only here: tests marked `otlp_file` are skipped where the exporter is not installed, not broken.
        from opentelemetry.exporter.otlp.json.file import FileSpanExporter

        self.path = path
        self._ids = _NextIds()
        self._provider = TracerProvider(id_generator=self._ids)
        self._provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(path)))
        self._tracer = self._provider.get_tracer("warpmetrics_otel", schema_url=semconv.SCHEMA_URL)

    def close(self):
        self._provider.shutdown()

    def span(
        self, name, trace_id, span_id, parent=0, kind=SpanKind.INTERNAL, attributes=None,
        events=(), links=(), start=0.0, end=1.0, error=None,
    ):  # fmt: skip
        self._ids.trace_id, self._ids.span_id = trace_id, span_id
        context = None
        if parent:
            above = SpanContext(trace_id, parent, is_remote=True, trace_flags=TraceFlags(1))
            context = set_span_in_context(NonRecordingSpan(above))
        span = self._tracer.start_span(
            name, context=context, kind=kind, attributes=attributes, links=links, start_time=_ns(start)
        )
        for event_name, event_attributes, at in events:
            span.add_event(event_name, event_attributes, timestamp=_ns(at))
        if error is not None:
            span.set_status(Status(StatusCode.ERROR, error))
        span.end(end_time=_ns(end))

    def run(self, number, label, opts=None, attributes=None, trace_id=None, **rest):
        run_id = native("run", number)
        attributes = {
            semconv.GEN_AI_OPERATION_NAME: semconv.OPERATION_INVOKE_WORKFLOW,
            semconv.GEN_AI_WORKFLOW_NAME: label,
            **(attributes or {}),
            semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_RUN,
            semconv.WARPMETRICS_RUN_ID: run_id,
        }
        self.span(
            f"invoke_workflow {label}",
            trace_id or ids.trace_id_of(run_id),
            ids.span_id_of(run_id),
            attributes=_with_opts(attributes, opts),
            **rest,
        )
        return run_id

    def follow_up(
        self, number, label, of_act, origin, position, first, act_name="retry", outcome_name="Failed", **rest
    ):
        """A follow-up run of an act that stands on the root span of `origin`."""
        act_id, origin_id = native("act", of_act), native("run", origin)
        attributes = {
            semconv.WARPMETRICS_ACT_ID: act_id,
            semconv.WARPMETRICS_FOLLOWS_RUN_ID: origin_id,
            semconv.WARPMETRICS_FOLLOWS_ACT_NAME: act_name,
            semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME: outcome_name,
            semconv.WARPMETRICS_CHAIN_ID: native("run", first),
            semconv.WARPMETRICS_CHAIN_POSITION: position,
        }
        to_origin = link(
            ids.trace_id_of(origin_id),
            ids.span_id_of(origin_id),
            WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_FOLLOW_UP,
            WARPMETRICS_ACT_ID=act_id,
            WARPMETRICS_ACT_NAME=act_name,
            WARPMETRICS_OUTCOME_NAME=outcome_name,
            WARPMETRICS_FOLLOWS_RUN_ID=origin_id,
        )
        return self.run(number, label, attributes=attributes, links=[to_origin], **rest)

    def group(self, number, label, parent_id, run_id, opts=None, span_parent=None, workflow="Writer", **rest):
        group_id = native("grp", number)
        attributes = {
            semconv.GEN_AI_WORKFLOW_NAME: workflow,
            semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_GROUP,
            semconv.WARPMETRICS_PARENT_ID: parent_id,
            semconv.WARPMETRICS_GROUP_ID: group_id,
        }
        self.span(
            label,
            ids.trace_id_of(run_id),
            ids.span_id_of(group_id),
            parent=span_parent or ids.span_id_of(parent_id),
            attributes=_with_opts(attributes, opts),
            **rest,
        )
        return group_id

    def call(
        self, number, parent_id, run_id, model="gpt-4o", tokens=(10, 20), attributes=None, span_parent=None, **rest
    ):
        call_id = native("call", number)
        attributes = {
            semconv.GEN_AI_OPERATION_NAME: "chat",
            semconv.GEN_AI_PROVIDER_NAME: "openai",
            semconv.GEN_AI_REQUEST_MODEL: model,
            semconv.GEN_AI_USAGE_INPUT_TOKENS: tokens[0],
            semconv.GEN_AI_USAGE_OUTPUT_TOKENS: tokens[1],
            semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_CALL,
            **({semconv.WARPMETRICS_PARENT_ID: parent_id} if parent_id else {}),
            semconv.WARPMETRICS_CALL_ID: call_id,
            **(attributes or {}),
        }
        self.span(
            f"chat {model}",
            ids.trace_id_of(run_id),
            ids.span_id_of(call_id),
            parent=span_parent or ids.span_id_of(parent_id),
            kind=SpanKind.CLIENT,
            attributes=attributes,
            **rest,
        )
        return call_id

    def carrier(self, event, target_id=None, trace_id=None, parent=0, links=(), attributes=None):
        name, event_attributes, at = event
        own = event_attributes.get(semconv.WARPMETRICS_ACT_ID) or event_attributes[semconv.WARPMETRICS_OUTCOME_ID]
        attributes = {semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_CARRIER, **(attributes or {})}
        if target_id:
            attributes[semconv.WARPMETRICS_TARGET_ID] = target_id
        self.span(
            name,
            trace_id or ids.bits_of(own) ^ 1,
            ids.span_id_of(own),
            parent=parent,
            attributes=attributes,
            events=[event],
            links=links,
            start=at,
            end=at,
        )


class _NextIds(IdGenerator):
    trace_id = span_id = 1

    def generate_trace_id(self):
        return self.trace_id

    def generate_span_id(self):
        return self.span_id

    def is_trace_id_random(self):
        return True


def _with_opts(attributes, opts):
    if opts is not None:
        attributes[semconv.WARPMETRICS_OPTS] = opts if isinstance(opts, str) else json.dumps(opts)
    return attributes


def _ns(seconds):
    return START_NS + round(seconds * 1e9)

"""Spans of others, made by hand: a trace is what hangs together by `parent`."""

from itertools import count

from warpmetrics_otel import ids
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import KIND_INTERNAL, STATUS_ERROR, Event, Span

TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736
START = 1_790_000_000_000_000_000
MILLISECOND = 1_000_000
RUN = ids.run_id_of_trace(TRACE_ID)
_span_ids = count(0xA000)

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5-mini"}
USAGE = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 5}
EMBEDDINGS = {**CHAT, "gen_ai.operation.name": "embeddings", "gen_ai.request.model": "text-embedding-3-small"}
HTTP = {"http.request.method": "POST", "url.full": "https://api.example.com/v1/chat/completions"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}


def span(name="chat gpt-5-mini", attributes=CHAT, parent=None, **fields):
    """A span that ended after 230 milliseconds; `parent` is a span, or the id of one that is not there."""
    parent_id = parent.span_id if isinstance(parent, Span) else parent or 0
    trace_id = parent.trace_id if isinstance(parent, Span) else TRACE_ID
    start = fields.pop("start_ns", START)
    return Span(
        fields.pop("trace_id", trace_id),
        fields.pop("span_id", next(_span_ids)),
        parent_id,
        name,
        KIND_INTERNAL,
        start,
        fields.pop("end_ns", start + 230 * MILLISECOND),
        attributes,
        **fields,
    )


def ours(kind, native_id, parent=None, **fields):
    return span(kind, {"warpmetrics.entity.type": kind, f"warpmetrics.{kind}.id": native_id}, parent, **fields)


def agent(name="planner", parent=None, **fields):
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name, "gen_ai.usage.input_tokens": 999}
    return span(f"invoke_agent {name}", attributes, parent, **fields)


def http(name="POST", parent=None, **fields):
    return span(name, HTTP, parent, **fields)


def failed(message="", **more):
    return {"status_code": STATUS_ERROR, "status_message": message, **more}


def exception(message, time_ns=START):
    return Event("exception", time_ns, {"exception.type": "ValueError", "exception.message": message})


def native(*spans, **options):
    """What spans are natively, as the six arrays."""
    return Batch(foreign_to_native(spans, **options)).to_json()


def only_call(given, **options):
    [call] = native(given, **options)["calls"]
    return call


def parents(rows):
    """What hangs on what."""
    return {link["childId"]: link["parentId"] for link in rows["links"]}

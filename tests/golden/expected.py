"""What the native API is to hear of each program, by hand from `programs/` and `model.py`.

One `Asked` is one request to a model. Everything else here puts it into the form of a row, with ids made anew from the
rules of the design and not by the code under test.
"""

import json
from hashlib import blake2b
from typing import Any, NamedTuple

from ulid import ULID

from warpmetrics_otel.entities import Call, Group, Outcome, Run
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.times import iso

GPT, GPT_DATED = "gpt-5-mini", "gpt-5-mini-2025-08-07"
CLAUDE, CLAUDE_DATED = "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"
EMBEDDING = "text-embedding-3-small"


class Asked(NamedTuple):
    """A request to a model, and its answer."""

    messages: Any
    response: str | None = None
    prompt: int | None = 0
    completion: int = 0
    tool_calls: list[dict[str, str]] | None = None
    tools: list[str] | None = None
    cached: int = 0
    written: int = 0
    error: str | None = None
    cost: float | None = None


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def calls_tool(name, arguments, call_id):
    return {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}],
    }


def tool_says(text, call_id, role="tool", **named):
    return {"role": role, "parts": [{"type": "tool_call_response", "id": call_id, **named, "response": text}]}


CHAT = Asked([system("Be brief."), user("What is the capital of France?")], "Paris.", 21, 3)
STREAM = Asked([user("Count to five.")], "One two three four five.", 12, 9)
WEATHER = Asked(
    [user("What is the weather in Paris?")],
    None,
    62,
    15,
    tool_calls=[{"id": "call_weather", "name": "get_weather", "arguments": '{"city": "Paris"}'}],
    tools=["get_weather"],
)
FORECAST = Asked(
    [
        user("What is the weather in Paris?"),
        calls_tool("get_weather", {"city": "Paris"}, "call_weather"),
        tool_says("18 degrees", "call_weather"),
    ],
    "It is 18 degrees in Paris.",
    85,
    11,
    tools=["get_weather"],
)
CACHED = Asked([user("Summarise the contract.")], "It may be ended by either side.", 2048, 20, cached=1536)
WRITTEN = CACHED._replace(written=256)
REASONING = Asked([user("How many primes are below ten?")], "Four.", 15, 80)
BRIEF_REASONING = REASONING._replace(messages=[system("Be brief."), *REASONING.messages])
DRAFT = Asked([user("Draft a slogan for rain.")], "Sunshine, but wet.", 30, 8)
REVIEW = Asked([user("Review: Sunshine, but wet.")], "Approved.", 41, 4)
RATE_LIMITED = Asked([user("Ask too often.")], error="Error code: 429 - Too many requests.")
BAD_REQUEST = Asked([user("Ask for nonsense.")], error="Error code: 400 - Nothing can be made of this.")


def anthropic_error(status, kind, message):
    """How the Anthropic client words what the local server answers."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_local"}
    return f"Error code: {status} - {body}"


def openai_error(status, message):
    """How the OpenAI client worded it before its third version."""
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
    return f"Error code: {status} - {body}"


ANTHROPIC_FORECAST = FORECAST._replace(
    messages=[*FORECAST.messages[:2], tool_says("18 degrees", "call_weather", role="user")]
)
ANTHROPIC_RATE_LIMITED = RATE_LIMITED._replace(error=anthropic_error(429, "rate_limit_error", "Too many requests."))
ANTHROPIC_BAD_REQUEST = BAD_REQUEST._replace(
    error=anthropic_error(400, "invalid_request_error", "Nothing can be made of this.")
)


class Native:
    """What some spans are natively."""

    def __init__(self, spans, **options):
        self.entities = foreign_to_native(spans, **options)
        self.runs = [entity for entity in self.entities if isinstance(entity, Run)]
        self.groups = {entity.label: entity.id for entity in self.entities if isinstance(entity, Group)}
        self.outcomes = [entity for entity in self.entities if isinstance(entity, Outcome)]
        self.parents = {link.child_id: link.parent_id for link in self.entities if link.kind == "links"}
        self.calls = [comparable(entity.to_json()) for entity in self.entities if isinstance(entity, Call)]
        self.calls.sort(key=lambda row: row["startedAt"])


def run_of(span):
    """The id of the run that a span's trace is."""
    return f"wm_run_{str(ULID.from_int(span.trace_id)).lower()}"


def call_of(span):
    """The id of the call that a span is."""
    return _derived("call", span)


def group_of(span):
    """The id of the group that a span is."""
    return _derived("grp", span)


def _derived(prefix, span):
    context = span.trace_id.to_bytes(16, "big") + span.span_id.to_bytes(8, "big")
    return f"wm_{prefix}_{str(ULID(blake2b(context, digest_size=16).digest())).lower()}"


def named(spans, name):
    """The spans of that name, in the order in which they began."""
    return sorted((span for span in spans if span.name == name), key=lambda span: span.start_ns)


def comparable(written):
    """The row with the arguments of its tool calls parsed: how their JSON is spaced is nobody's business."""
    if calls := written.get("toolCalls"):
        written["toolCalls"] = [{**call, "arguments": json.loads(call["arguments"])} for call in calls]
    return written


def row(asked, span, *, provider="openai", model=GPT):
    """The call as the native API has it, whose id and times are those of a span."""
    failed = asked.error is not None
    written = {
        "id": call_of(span),
        "provider": provider,
        "model": model,
        "messages": asked.messages,
        "duration": span.end_ns // 1_000_000 - span.start_ns // 1_000_000,
        "startedAt": iso(span.start_ns),
        "endedAt": iso(span.end_ns),
        "status": "error" if failed else "success",
    }
    if failed:
        written["error"] = asked.error
    else:
        written |= {"response": asked.response, "tools": asked.tools, "toolCalls": asked.tool_calls}
        written["tokens"] = tokens(asked, provider)
    if asked.cost is not None:
        written["cost"] = asked.cost
    return comparable(written)


def tokens(asked, provider):
    """The counts under the names that the native API has for each provider; None where nothing was counted."""
    if asked.prompt is None:
        return None
    total = {"prompt": asked.prompt, "completion": asked.completion, "total": asked.prompt + asked.completion}
    if provider == "anthropic":
        return {**total, "cacheWrite": asked.written, "cacheRead": asked.cached}
    return {**total, "cachedInput": asked.cached, **({"cacheWrite": asked.written} if asked.written else {})}

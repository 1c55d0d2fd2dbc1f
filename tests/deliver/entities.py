"""Entities of small programs, whose ids nobody has used before."""

from warpmetrics_otel import ids
from warpmetrics_otel.entities import Act, Call, Group, Link, Outcome, Run

AT = "2026-02-01T10:00:00.000Z"
TOKENS = {"prompt": 10, "completion": 5, "total": 15, "cachedInput": 0}


def new(kind):
    return ids.mint(kind)[0]


def run(label="Writer", **more):
    return Run(new(ids.RUN), label, more.get("opts"), more.get("ref_id"), AT)


def group(parent):
    made = Group(new(ids.GROUP), "Drafting", None, AT)
    return made, Link(parent.id, made.id, "group", AT)


def call(parent, response="Hello!", messages="draft", **more):
    content = [{"role": "user", "content": messages}]
    given = {"response": response, "tools": None, "tool_calls": None, "tokens": TOKENS, "duration": 230, **more}
    made = Call(new(ids.CALL), "openai", "gpt-4o", content, started_at=AT, ended_at=AT, status="success", **given)
    return made, Link(parent.id, made.id, "call", AT)


def outcome(of, name="Failed", opts=None):
    return Outcome(new(ids.OUTCOME), of.id, name, opts, AT)


def act(of, name="retry"):
    return Act(new(ids.ACT), of.id, name, {"attempt": 2}, AT)


def program(follows=None):
    """A run with a group, a call, an outcome and an act, parents first."""
    first = run(ref_id=None if follows is None else follows.id)
    inside, its_link = group(first)
    request, link = call(inside)
    failed = outcome(first)
    return [first, inside, its_link, request, link, failed, act(failed)]

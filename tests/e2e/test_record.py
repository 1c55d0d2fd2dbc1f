"""One agent with a retry, recorded by a process that knows nothing but an endpoint, as the real backends show it."""

import json

import pytest

from tests.e2e.native_ids import span_of, trace_of

REVIEW = """
with wm.run("Code review", {"pr": 42, "labels": ["api", "urgent"]}, conversation_id="thread-7", user_id="ann") as run:
    with wm.group(run, "Drafting", {"phase": 1}) as group:
        call = wm.record_call(
            group, provider="openai", model="gpt-4o-mini", response_model="gpt-4o-mini-2024-07-18",
            response_id="chatcmpl-1", finish_reasons=["stop"], cost=0.00025,
            tokens={"prompt": 120, "completion": 30, "total": 150, "cachedInput": 64},
            started_at="2026-11-02T10:00:00.250Z", ended_at="2026-11-02T10:00:01.500Z",
        )
        with wm.group(group, "Self-review") as inner:
            limited = wm.record_call(
                inner, provider="anthropic", model="claude-sonnet-4-5", error=TimeoutError("too slow")
            )
        wm.outcome(call, "Too long", {"words": 412})
    failed = wm.outcome(run, "Failed", {"reason": "tests failed", "files": ["a.py", "b.py"]})
    act = wm.act(failed, "retry", {"attempt": 2})
with wm.run("Code review", {"attempt": 2}, follows=act) as again:
    completed = wm.outcome(again, "Completed")
try:
    with wm.run("Broken") as broken:
        raise LookupError("no such file")
except LookupError:
    pass
wm.flush()
show(**{name: handle.id for name, handle in dict(
    run=run, group=group, inner=inner, call=call, limited=limited, failed=failed, act=act, again=again,
    completed=completed, broken=broken).items()})
"""


class Recorded:
    """What one process recorded and how the backend shows it: ids by name, spans by span id."""

    def __init__(self, agents):
        self.ids = agents.run(REVIEW)
        self.spans = {}
        for name, size in (("run", 6), ("again", 1), ("broken", 1)):
            spans = agents.backend.trace(trace_of(self.ids[name]), until=lambda spans, size=size: len(spans) >= size)
            assert len(spans) == size
            self.spans.update({span.span_id: span for span in spans})

    def __getitem__(self, name):
        return self.spans[span_of(self.ids[name])]


@pytest.fixture(scope="module")
def recorded(agents):
    return Recorded(agents)


@pytest.mark.parametrize(("name", "label"), [("run", "Code review"), ("again", "Code review"), ("broken", "Broken")])
def test_a_run_is_a_root_in_the_trace_that_its_id_says(recorded, agents, name, label):
    root = recorded[name]
    assert (root.name, root.kind, root.parent_id) == (f"invoke_workflow {label}", "INTERNAL", "")
    assert (root.scope, root.service) == ("warpmetrics_otel", agents.service)
    assert (
        root.attributes.items()
        >= {
            "warpmetrics.entity.type": "run",
            "warpmetrics.run.id": recorded.ids[name],
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": label,
        }.items()
    )


@pytest.mark.parametrize(
    ("name", "parent", "shown", "kind", "entity"),
    [
        ("group", "run", "Drafting", "INTERNAL", "group"),
        ("inner", "group", "Self-review", "INTERNAL", "group"),
        ("call", "group", "chat gpt-4o-mini", "CLIENT", "call"),
        ("limited", "inner", "chat claude-sonnet-4-5", "CLIENT", "call"),
    ],
)
def test_groups_and_calls_nest_beneath_what_they_were_recorded_on(recorded, name, parent, shown, kind, entity):
    span = recorded[name]
    assert (span.name, span.kind, span.parent_id) == (shown, kind, recorded[parent].span_id)
    assert span.trace_id == recorded["run"].trace_id
    assert (
        span.attributes.items()
        >= {
            "warpmetrics.entity.type": entity,
            f"warpmetrics.{entity}.id": recorded.ids[name],
            "warpmetrics.parent.id": recorded.ids[parent],
        }.items()
    )


def test_a_call_has_its_models_tokens_cost_and_real_times(recorded):
    call = recorded["call"]
    assert (
        call.attributes.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "gen_ai.response.id": "chatcmpl-1",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.usage.output_tokens": 30,
            "gen_ai.usage.cache_read.input_tokens": 64,
            "gen_ai.usage.cost": 0.00025,
            "gen_ai.conversation.id": "thread-7",
        }.items()
    )
    assert (call.start_ns, call.end_ns) == (1793613600250000000, 1793613601500000000)


def test_opts_come_back_whole_and_can_be_searched_for(recorded, agents):
    attributes = recorded["run"].attributes
    assert json.loads(attributes["warpmetrics.opts"]) == {"pr": 42, "labels": ["api", "urgent"]}
    assert (
        attributes.items()
        >= {
            "warpmetrics.opts.pr": 42,
            "warpmetrics.opts.labels": ["api", "urgent"],
            "gen_ai.conversation.id": "thread-7",
            "user.id": "ann",
        }.items()
    )
    trace_id = recorded["run"].trace_id
    assert agents.backend.search(agents.service, {"warpmetrics.opts.pr": 42}, lambda found: trace_id in found) == {
        trace_id
    }


def test_outcomes_and_acts_are_events_with_their_opts(recorded):
    ids = recorded.ids
    outcome, act = sorted(recorded["run"].events, key=lambda event: event.time_ns)
    assert (outcome.name, act.name) == ("warpmetrics.outcome", "warpmetrics.act")
    assert json.loads(outcome.attributes["warpmetrics.opts"]) == {"reason": "tests failed", "files": ["a.py", "b.py"]}
    assert json.loads(act.attributes["warpmetrics.opts"]) == {"attempt": 2}
    assert (
        outcome.attributes.items()
        >= {
            "warpmetrics.outcome.id": ids["failed"],
            "warpmetrics.outcome.name": "Failed",
            "warpmetrics.outcome.classification": "failure",
        }.items()
    )
    assert (
        act.attributes.items()
        >= {
            "warpmetrics.act.id": ids["act"],
            "warpmetrics.act.name": "retry",
            "warpmetrics.outcome.id": ids["failed"],
        }.items()
    )


def test_the_last_outcome_is_on_the_span_too(recorded):
    assert recorded["run"].attributes["warpmetrics.outcome.name"] == "Failed"
    assert recorded["again"].attributes["warpmetrics.outcome.name"] == "Completed"
    assert "warpmetrics.outcome.name" not in recorded["group"].attributes


def test_an_outcome_on_an_ended_call_is_carried_beneath_it(recorded):
    (carrier,) = [span for span in recorded.spans.values() if span.attributes["warpmetrics.entity.type"] == "carrier"]
    call = recorded["call"]
    assert (carrier.trace_id, carrier.parent_id) == (call.trace_id, call.span_id)
    (event,) = carrier.events
    assert event.attributes["warpmetrics.outcome.name"] == "Too long"


def test_a_follow_up_links_to_the_span_of_its_act_and_repeats_what_the_link_says(recorded):
    ids, again, origin = recorded.ids, recorded["again"], recorded["run"]
    (link,) = again.links
    assert (link.trace_id, link.span_id) == (origin.trace_id, origin.span_id)
    assert link.attributes == {
        "warpmetrics.link.type": "follow_up",
        "warpmetrics.act.id": ids["act"],
        "warpmetrics.act.name": "retry",
        "warpmetrics.outcome.id": ids["failed"],
        "warpmetrics.outcome.name": "Failed",
        "warpmetrics.follows.run.id": ids["run"],
    }
    assert again.trace_id != origin.trace_id
    assert (
        again.attributes.items()
        >= {
            "warpmetrics.act.id": ids["act"],
            "warpmetrics.follows.run.id": ids["run"],
            "warpmetrics.follows.act.name": "retry",
            "warpmetrics.follows.outcome.name": "Failed",
            "warpmetrics.chain.id": ids["run"],
            "warpmetrics.chain.position": 2,
        }.items()
    )
    assert not {"warpmetrics.chain.id", "warpmetrics.chain.position"} & origin.attributes.keys()


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("run", "ERROR", "Failed"),
        ("again", "UNSET", ""),
        ("group", "UNSET", ""),
        ("limited", "ERROR", "too slow"),
        ("broken", "ERROR", "LookupError: no such file"),
    ],
)
def test_failures_and_only_they_have_status_error(recorded, name, status, message):
    assert (recorded[name].status, recorded[name].status_message) == (status, message)


@pytest.mark.parametrize(("name", "error"), [("limited", "TimeoutError"), ("broken", "LookupError")])
def test_what_was_raised_is_named_by_its_type(recorded, name, error):
    assert recorded[name].attributes["error.type"] == error

"""What TraceQL finds in a real Tempo of a chain that two processes recorded, over OTLP gRPC and over OTLP HTTP."""

import pytest

from tests.e2e.native_ids import span_of, trace_of

# The deploy is started from the act's bare id, and what it follows is known by nothing else.
CHAIN = """
with wm.run("Code review", {"pr": 42}) as first:
    wm.record_call(first, provider="local", model="tiny", tokens={"prompt": 12, "completion": 40}, cost=0.25)
    act = wm.act(wm.outcome(first, "Tests failed", {"score": 3}), "retry", {"attempt": 2})
with wm.run("Code review", follows=act) as second:
    wm.outcome(second, "Approved")
wm.flush()
show(first=first.id, second=second.id, act=act.id)
"""
LATER = """
act = wm.act(wm.outcome(sys.argv[1], "Merged by hand", {"by": "ann"}), "deploy")
wm.flush()
show(act=act.id)
"""
DEPLOY = """
with wm.run("Deploy", follows=sys.argv[1]) as deployed: pass
wm.flush()
show(run=deployed.id)
"""


class Recorded:
    """The ids of the chain, and questions to the Tempo that has it."""

    def __init__(self, agents):
        self.tempo, self.service = agents.backend, agents.service
        ids = agents.run(CHAIN)
        self.first, self.second, self.act = ids["first"], ids["second"], ids["act"]
        self.late_act = agents.run(LATER, self.second)["act"]
        self.deploy = agents.run(DEPLOY, self.late_act, logged="store act.ref, not act.id")["run"]
        # What is searched for later, and not to be found, has to be missing for another reason than its age.
        for run, spans in ((self.first, 2), (self.second, 3), (self.deploy, 1)):
            self.tempo.found_trace(trace_of(run), until=lambda found, spans=spans: len(found) == spans)
        self.asked("true", self.first, self.second, self.deploy)

    def asked(self, condition, *found):
        """Fails the test unless the traces of these runs, and no others of these agents, are found."""
        wanted = {trace_of(run) for run in found}
        query = f'{{ resource.service.name = "{self.service}" && {condition} }}'
        assert self.tempo.query(query, until=lambda traces: len(traces) >= len(wanted)) == wanted


@pytest.fixture(scope="module")
def recorded(agents_of_tempo):
    return Recorded(agents_of_tempo)


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ('event:name = "warpmetrics.outcome"', ["first", "second"]),
        ('event:name = "warpmetrics.outcome" && event.warpmetrics.outcome.name = "Tests failed"', ["first"]),
        ('event.warpmetrics.outcome.name =~ "Merged.*"', ["second"]),
        ('event.warpmetrics.outcome.classification = "failure"', []),
        ('event:name = "warpmetrics.act" && event.warpmetrics.act.name = "retry"', ["first"]),
        ("event.gen_ai.evaluation.score.value < 5.0", ["first"]),
    ],
)
def test_by_the_events_of_outcomes_and_acts_late_ones_too(recorded, condition, runs):
    recorded.asked(condition, *(getattr(recorded, run) for run in runs))


def test_by_chain_id_all_follow_ups_of_known_runs(recorded):
    recorded.asked(f'span.warpmetrics.chain.id = "{recorded.first}"', recorded.second)
    recorded.asked(
        f'(span.warpmetrics.run.id = "{recorded.first}" || span.warpmetrics.chain.id = "{recorded.first}")',
        recorded.first,
        recorded.second,
    )


def test_by_act_the_run_that_follows_it_even_where_only_the_bare_id_was_there(recorded):
    recorded.asked(
        f'span.warpmetrics.act.id = "{recorded.act}" && span.warpmetrics.entity.type = "run"', recorded.second
    )
    recorded.asked(
        f'span.warpmetrics.act.id = "{recorded.late_act}" && span.warpmetrics.entity.type = "run"', recorded.deploy
    )


def test_by_what_is_followed(recorded):
    recorded.asked('span.warpmetrics.follows.act.name = "retry"', recorded.second)
    recorded.asked(f'span.warpmetrics.follows.run.id = "{recorded.first}"', recorded.second)
    recorded.asked("span.warpmetrics.chain.position = 2", recorded.second)


@pytest.mark.parametrize("zeros", ["kept", "left out"])
def test_by_the_trace_that_is_linked_to(recorded, zeros):
    """Tempo compares trace ids of links without the zeros in front, and ours have one."""
    trace_id = trace_of(recorded.first)
    assert trace_id.startswith("0")
    if zeros == "left out":
        recorded.asked(f'link:traceID = "{trace_id.lstrip("0")}"', recorded.second)
    else:
        recorded.asked(f'link:traceID = "{trace_id}"')


def test_by_the_span_that_is_linked_to_and_by_what_the_link_says(recorded):
    linked = span_of(recorded.first)
    # One that begins with a byte of zeros, as any of 256 does, Tempo does not find.
    recorded.asked(f'link:spanID = "{linked}"', *([] if linked.startswith("00") else [recorded.second]))
    recorded.asked('link.warpmetrics.link.type = "follow_up" && link.warpmetrics.act.name = "retry"', recorded.second)
    recorded.asked(f'link.warpmetrics.follows.run.id = "{recorded.first}"', recorded.second)


def test_by_opts_status_and_cost(recorded):
    recorded.asked("span.warpmetrics.opts.pr = 42", recorded.first)
    recorded.asked('span.warpmetrics.outcome.name = "Approved"', recorded.second)
    recorded.asked("span.gen_ai.usage.cost > 0.0", recorded.first)
    # A whole number is not compared with what has a fraction.
    recorded.asked("span.gen_ai.usage.cost > 0")


def test_calls_beneath_runs(recorded):
    query = (
        f'{{ resource.service.name = "{recorded.service}" && span.warpmetrics.entity.type = "run" }}'
        ' >> { span.warpmetrics.entity.type = "call" } | select(span.gen_ai.usage.cost)'
    )
    (trace_id,) = recorded.tempo.query(query)
    (row,) = recorded.tempo.found(query)
    (span,) = row["spanSets"][0]["spans"]
    assert trace_id == trace_of(recorded.first)
    assert {"key": "gen_ai.usage.cost", "value": {"doubleValue": 0.25}} in span["attributes"]

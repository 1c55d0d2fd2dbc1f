"""Chains over several processes that share nothing but a string each, as the real backends show them."""

import json
import urllib.request

import pytest

from tests.e2e.native_ids import span_of, trace_of
from tests.patience import PATIENCE_S
from warpmetrics_otel.read import assemble
from warpmetrics_otel.read.otlp_json import spans_of

FIRST = """
with wm.run("Writer", {"attempt": 1}) as run:
    act = wm.act(wm.outcome(run, "Below Threshold", {"score": 3}), "retry")
wm.flush()
show(run=run.id, ref=act.ref)
"""
NEXT = """
with wm.run("Writer", follows=sys.argv[1]) as run:
    act = wm.act(wm.outcome(run, "Below Threshold"), "retry")
wm.flush()
show(run=run.id, ref=act.ref)
"""


def test_an_outcome_from_another_process_lands_in_the_trace_by_the_runs_plain_id(agents):
    run_id = agents.run('with wm.run("Pull request") as run: pass\nwm.flush()\nshow(run=run.id)')["run"]
    late = agents.run(
        'act = wm.act(wm.outcome(sys.argv[1], "Merged", {"by": "ann"}), "deploy")\nwm.flush()\nshow(id=act.id)', run_id
    )

    spans = agents.backend.trace(trace_of(run_id), until=lambda spans: len(spans) == 3)
    (root,) = [span for span in spans if not span.parent_id]
    carriers = {span.name: span for span in spans if span is not root}
    assert (root.name, root.span_id) == ("invoke_workflow Pull request", span_of(run_id))
    for carrier in carriers.values():
        assert carrier.kind == "INTERNAL"
        assert carrier.attributes["warpmetrics.entity.type"] == "carrier"
        assert [link.attributes for link in carrier.links] == [{"warpmetrics.link.type": "target"}]
    merged, deploy = carriers["warpmetrics.outcome"], carriers["warpmetrics.act"]
    assert merged.parent_id == merged.links[0].span_id == root.span_id
    assert merged.attributes["warpmetrics.target.id"] == run_id
    (event,) = merged.events
    assert (event.name, event.attributes["warpmetrics.outcome.name"]) == ("warpmetrics.outcome", "Merged")
    assert json.loads(event.attributes["warpmetrics.opts"]) == {"by": "ann"}
    assert deploy.attributes["warpmetrics.act.id"] == late["id"]
    assert deploy.attributes["warpmetrics.target.id"] == event.attributes["warpmetrics.outcome.id"]


def test_a_chain_over_three_processes_by_ref_is_whole(agents):
    first = agents.run(FIRST)
    second = agents.run(NEXT, first["ref"])
    third = agents.run(NEXT, second["ref"])
    chain_id = first["run"]

    found = agents.backend.search(agents.service, {"warpmetrics.chain.id": chain_id}, lambda found: len(found) == 2)
    assert found == {trace_of(second["run"]), trace_of(third["run"])}
    for position, (origin, follow_up) in enumerate([(first, second), (second, third)], start=2):
        (root,) = agents.backend.trace(trace_of(follow_up["run"]))
        assert (
            root.attributes.items()
            >= {
                "warpmetrics.chain.id": chain_id,
                "warpmetrics.chain.position": position,
                "warpmetrics.act.id": origin["ref"].partition("@")[0],
                "warpmetrics.follows.run.id": origin["run"],
                "warpmetrics.follows.act.name": "retry",
                "warpmetrics.follows.outcome.name": "Below Threshold",
            }.items()
        )
        (link,) = root.links
        assert (link.trace_id, link.span_id) == (trace_of(origin["run"]), span_of(origin["run"]))
    for position, process in enumerate((first, second, third), start=1):
        assert {f"c={chain_id}", f"n={position}"} <= set(process["ref"].split(";"))


@pytest.fixture
def read_back(agents_of_jaeger):
    def read(*run_ids):
        for run_id in run_ids:
            url = f"{agents_of_jaeger.backend.query_url}/api/v3/traces/{trace_of(run_id)}"
            agents_of_jaeger.backend.trace(trace_of(run_id))
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                yield from spans_of(json.load(answer)["result"], malformed=pytest.fail)

    return read


def test_our_own_reader_puts_that_chain_together_from_what_jaeger_answers(agents_of_jaeger, read_back):
    first = agents_of_jaeger.run(FIRST)
    second = agents_of_jaeger.run(NEXT, first["ref"])
    third = agents_of_jaeger.run(NEXT, second["ref"])

    chains = assemble(read_back(third["run"], first["run"], second["run"]))
    (chain,) = chains.chains
    assert chain.id == first["run"]
    assert [(run.id, run.number, run.label) for run in chain.runs] == [
        (process["run"], position, "Writer") for position, process in enumerate((first, second, third), start=1)
    ]
    assert [run.follows and (run.follows.outcome_name, run.follows.act_name) for run in chain.runs] == [
        None,
        ("Below Threshold", "retry"),
        ("Below Threshold", "retry"),
    ]

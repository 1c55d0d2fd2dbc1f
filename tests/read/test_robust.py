"""Whatever order spans come in, whatever is missing and whatever stands in them: a chain comes out, and it ends."""

import gc
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from tests.read.agent_spans import SpanFile, act, native, outcome
from tests.read.junk import junk_spans
from warpmetrics_otel.read import as_json, assemble, read_spans
from warpmetrics_otel.read.render import show_chain

pytestmark = pytest.mark.otlp_file


@pytest.fixture(scope="module")
def spans():
    """Two chains with everything in them: carriers, foreign spans, circles, holes and repetitions."""
    with TemporaryDirectory() as folder:
        file = SpanFile(Path(folder) / "spans.jsonl")
        for number in range(1, 7):
            run_id = native("run", number)
            events = [outcome(number, "Failed", at=number), act(number, "retry", number, at=number)]
            if number == 1:
                file.run(number, "Writer", events=events, start=number)
            else:
                origin = number - 1 if number != 5 else 6
                file.follow_up(number, "Writer", origin, origin, number, 1, events=events, start=number)
            group_id = file.group(number, "Draft", run_id, run_id, start=number)
            file.call(number, group_id, run_id, start=number)
            file.call(number + 50, group_id, run_id, start=number)
        file.carrier(outcome(20, "Merged", at=90), target_id=native("call", 2))
        file.carrier(act(20, "announce", 20, at=91), target_id=native("oc", 20))
        file.carrier(outcome(21, "Lost", at=92), target_id=native("grp", 99))
        file.follow_up(30, "Announcer", of_act=20, origin=2, position=2, first=1, act_name="announce", start=95)
        file.follow_up(31, "Orphan", of_act=77, origin=70, position=4, first=70, start=96)
        file.close()
        found = list(read_spans(file.path))
    return [*found, *found[:4]]


def picture(spans):
    chains = assemble(spans)
    return as_json(chains.chains, chains.unattached)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_order_of_spans_does_not_matter(spans, data):
    assert picture(data.draw(st.permutations(spans))) == picture(spans)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_is_missing_every_run_that_was_read_is_in_one_place(spans, data):
    kept = data.draw(st.lists(st.sampled_from(spans), unique_by=id))

    chains = assemble(kept).chains

    runs = [run for chain in chains for run in chain.runs]
    assert len({run.id for run in runs}) == len(runs)
    read = {span.attributes["warpmetrics.run.id"] for span in kept if span.name.startswith("invoke_workflow")}
    assert {run.id for run in runs if not run.missing} == read
    calls = {span.attributes["warpmetrics.call.id"] for span in kept if span.name.startswith("chat")}
    assert sorted(call.id for run in runs for call in run.calls) == sorted(calls)
    beneath = [
        follow_up for run in runs for entity in run.entities() for act in entity.acts for follow_up in act.follow_ups
    ]
    assert len(beneath) + sum(len(chain.roots) for chain in chains) == len(runs)


def test_follow_ups_in_a_circle_are_cut_above_the_first(span_file):
    for number, origin in ((1, 3), (2, 1), (3, 2)):
        events = [outcome(number, "Failed"), act(number, "retry", number)]
        span_file.follow_up(number, "Writer", origin, origin, number, 1, events=events, start=number)
    span_file.follow_up(9, "Own follow-up", 9, 9, 1, 9, events=[outcome(9, "Failed"), act(9, "retry", 9)], start=9)

    circle, alone = assemble(read_spans(span_file.path)).chains

    assert [run.id for run in circle.runs] == [native("run", number) for number in (1, 2, 3)]
    assert [run.acts[0].follow_ups for run in circle.runs] == [[circle.runs[1]], [circle.runs[2]], []]
    assert [run.id for run in alone.runs] == [native("run", 9)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spans=st.lists(junk_spans(), max_size=6))
def test_any_values_make_a_chain_that_can_be_shown(spans):
    chains = assemble(spans)

    text = json.dumps(as_json(chains.chains, chains.unattached), allow_nan=False)
    assert json.loads(text)["chains"] == as_json(chains.chains)["chains"]
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(file=nowhere, width=80)
        for chain in chains.chains:
            show_chain(console, chain)
    assert sum(len(chain.runs) for chain in chains.chains) == len(
        {run.id for chain in chains.chains for run in chain.runs}
    )


def test_a_chain_of_thousands_of_runs_is_followed_to_its_end(span_file):
    length = 3000
    for number in range(1, length + 1):
        events = [outcome(number, "Failed"), act(number, "retry", number)]
        if number == 1:
            span_file.run(number, "Writer", events=events)
        else:
            span_file.follow_up(number, "Writer", number - 1, number - 1, number, 1, events=events)

    chains = assemble(read_spans(span_file.path))

    (chain,) = chains.chains
    assert [run.number for run in chain.runs] == list(range(1, length + 1))
    assert len(as_json([chain])["chains"][0]["runs"]) == length
    assert chains.find(native("act", length)) is chain


def test_groups_nest_without_limit(span_file):
    depth = 1500
    run_id = span_file.run(1, "Writer")
    above = run_id
    for number in range(1, depth + 1):
        above = span_file.group(number, f"Level {number}", above, run_id, start=number)

    (chain,) = assemble(read_spans(span_file.path)).chains

    assert len(chain.runs[0].groups) == depth
    assert json.loads(json.dumps(as_json([chain])))["chains"][0]["runs"][0]["groups"][-1]["label"] == f"Level {depth}"
    console = Console(width=80)
    with console.capture() as shown:
        show_chain(console, chain)
    assert shown.get().count("Group ") == depth


def test_the_garbage_collector_is_as_it_was(spans):
    assert gc.isenabled()
    assemble(spans)
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        assemble(1 / 0 for _ in "x")
    assert gc.isenabled()
    gc.disable()
    try:
        assemble(spans)
        assert not gc.isenabled()
    finally:
        gc.enable()

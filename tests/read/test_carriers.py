"""Each way in which outcomes and acts on carriers name what they are about, alone."""

import pytest

from tests.read.agent_spans import act, link, native, outcome
from tests.read.chains import only_chain, read
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.otlp_file

RUN, GROUP, CALL = native("run", 1), native("grp", 1), native("call", 1)
TRACE = ids.trace_id_of(RUN)


def names(entity):
    return [each.name for each in entity.outcomes]


@pytest.mark.parametrize("of", ["run", "group", "call"])
@pytest.mark.parametrize("way", ["target", "link", "parent"])
def test_a_carrier_needs_one_of_its_three_ways_to_its_target(span_file, of, way):
    span_file.run(1, "Writer")
    span_file.group(1, "Draft", RUN, RUN)
    span_file.call(1, GROUP, RUN)
    target = {"run": RUN, "group": GROUP, "call": CALL}[of]
    rest = {
        "target": {"target_id": target},
        "link": {"links": [link(TRACE, ids.span_id_of(target))]},
        "parent": {"trace_id": TRACE, "parent": ids.span_id_of(target)},
    }[way]
    span_file.carrier(outcome(1, "Merged", at=500, classification="success"), **rest)

    (run,) = only_chain(span_file).runs

    (group,) = run.children
    (call,) = group.children
    carried = {"run": run, "group": group, "call": call}
    assert {kind: names(entity) for kind, entity in carried.items()} == {
        kind: ["Merged"] if kind == of else [] for kind in carried
    }
    (merged,) = carried[of].outcomes
    assert (merged.carried, merged.missing, merged.classification) == (True, False, "success")


@pytest.mark.parametrize("way", ["outcome id", "target", "place"])
def test_an_act_on_a_carrier_finds_its_outcome(span_file, way):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), outcome(2, "Merged", at=2)])
    name, attributes, at = act(1, "retry", 2, at=9)
    if way != "outcome id":
        del attributes[semconv.WARPMETRICS_OUTCOME_ID]
    rest = {
        "outcome id": {},
        "target": {"target_id": native("oc", 2)},
        "place": {"trace_id": TRACE, "parent": ids.span_id_of(RUN)},
    }[way]
    span_file.carrier((name, attributes, at), **rest)

    (run,) = only_chain(span_file).runs

    assert [[each.name for each in outcome.acts] for outcome in run.outcomes] == [[], ["retry"]]


def test_an_act_without_its_outcome_takes_one_down_as_missing(span_file):
    span_file.run(1, "Writer", events=[act(1, "retry", 7)])

    (run,) = only_chain(span_file).runs

    (taken_down,) = run.outcomes
    assert (taken_down.id, taken_down.name, taken_down.missing) == (native("oc", 7), "", True)
    assert [each.name for each in taken_down.acts] == ["retry"]


def test_a_carrier_under_a_bare_run_id_takes_the_run_down_as_missing(span_file):
    span_file.carrier(outcome(1, "Merged"), target_id=RUN, trace_id=TRACE, parent=ids.span_id_of(RUN))

    chain = only_chain(span_file)

    (run,) = chain.runs
    assert (run.id, run.missing, run.label, names(run)) == (RUN, True, "", ["Merged"])
    assert chain.id == RUN


def test_a_carrier_that_carries_the_id_of_its_run_is_joined_on_it(span_file):
    span_file.run(1, "Writer", trace_id=0xABC)
    span_file.carrier(outcome(1, "Merged"), target_id=native("grp", 99), attributes={semconv.WARPMETRICS_RUN_ID: RUN})

    (run,) = only_chain(span_file).runs

    assert names(run) == ["Merged"]


def test_what_is_about_nothing_that_was_read_is_unattached(span_file):
    span_file.run(1, "Writer")
    span_file.carrier(outcome(1, "Merged", at=2), target_id=native("grp", 99))
    span_file.carrier(act(1, "announce", 1, at=3), target_id=native("oc", 1))
    span_file.carrier(act(2, "retry", 98, at=1), target_id=native("oc", 98))

    chains = read(span_file)

    retry, merged = chains.unattached
    assert (retry.name, merged.name, [each.name for each in merged.acts]) == ("retry", "Merged", ["announce"])
    assert [names(run) for run in chains.chains[0].runs] == [[]]

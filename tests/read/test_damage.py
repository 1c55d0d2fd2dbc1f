"""Chains out of spans that something happened to on their way: what can still be known of them is."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.read.agent_spans import SpanFile, act, link, native, outcome
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import Act, Event, Outcome, assemble, read_spans

pytestmark = pytest.mark.otlp_file


@pytest.fixture(scope="module")
def spans():
    """A chain with a fork, another with late outcomes, and carriers under bare ids whose target was not recorded."""
    with TemporaryDirectory() as folder:
        file = SpanFile(Path(folder) / "spans.jsonl")
        origins = {2: 1, 3: 2, 4: 2, 5: 4, 7: 6}
        for number in range(1, 8):
            run_id = native("run", number)
            events = [outcome(number, "Failed", at=number), act(number, "retry", number, at=number)]
            if number in origins:
                first = 1 if number < 6 else 6
                position = {2: 2, 3: 3, 4: 3, 5: 4, 7: 2}[number]
                origin = origins[number]
                file.follow_up(number, "Writer", origin, origin, position, first, events=events, start=number)
            else:
                file.run(number, "Writer", events=events, start=number)
            group_id = file.group(number, "Draft", run_id, run_id, start=number, events=[outcome(number + 20, "Fine")])
            file.call(number, group_id, run_id, start=number)
            trace_id, span_id = ids.trace_id_of(run_id), ids.span_id_of(run_id)
            file.carrier(
                outcome(number + 40, "Merged", at=90 + number),
                target_id=run_id,
                trace_id=trace_id,
                parent=span_id,
                links=[link(trace_id, span_id, WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_TARGET)],
            )
        file.carrier(outcome(80, "Lost", at=200), target_id=native("grp", 99))
        file.carrier(act(81, "announce", 80, at=201), target_id=native("oc", 80))
        file.close()
        return list(read_spans(file.path))


def places(spans):
    """Where everything is: runs under acts, acts under outcomes, outcomes, groups and calls under entities."""
    chains = assemble(spans)
    found = {}
    for chain in chains.chains:
        for run in chain.runs:
            found[run.id] = [root.id for root in chain.roots]
            for entity in run.entities():
                found.setdefault(entity.id, entity.parent and entity.parent.id)
                for each in entity.outcomes:
                    found[each.id] = entity.id
                    for done in each.acts:
                        found[done.id] = (each.id, [follow_up.id for follow_up in done.follow_ups])
    for each in chains.unattached:
        found[each.id] = [done.id for done in each.acts] if isinstance(each, Outcome) else None
    return found


def test_nothing_lost(spans):
    found = places(spans)

    assert [found[native("run", number)] for number in range(1, 8)] == [[native("run", 1)]] * 5 + [
        [native("run", 6)]
    ] * 2
    assert found[native("act", 2)] == (native("oc", 2), [native("run", 3), native("run", 4)])
    assert (found[native("oc", 25)], found[native("oc", 45)]) == (native("grp", 5), native("run", 5))
    assert (found[native("call", 5)], found[native("oc", 80)]) == (native("grp", 5), [native("act", 81)])


def without_link_attributes(span):
    return span._replace(links=tuple(link._replace(attributes={}) for link in span.links))


def without_links(span):
    return span._replace(links=())


def without_our_copies(span):
    """What the links say is enough as well, where something dropped what the root repeats of it."""
    dropped = ("warpmetrics.act.id", "warpmetrics.follows.", "warpmetrics.chain.")
    return span._replace(attributes={key: said for key, said in span.attributes.items() if not key.startswith(dropped)})


def with_an_earlier_half(span):
    """A backend that got a span while it was open, and again when it had ended."""
    return span._replace(end_ns=span.start_ns, events=span.events[:1])


@pytest.mark.parametrize("damage", [without_link_attributes, without_links, without_our_copies])
def test_one_of_two_ways_lost_loses_nothing(spans, damage):
    assert places(map(damage, spans)) == places(spans)


def test_what_came_twice_is_there_once(spans):
    halves = [with_an_earlier_half(span) for span in spans]

    assert places([*halves, *spans, *spans]) == places([*spans, *halves]) == places(spans)


@settings(max_examples=40)
@given(data=st.data())
def test_clocks_of_processes_that_disagree_move_nothing_elsewhere(spans, data):
    """Each trace is recorded by a clock of its own, and only what stands side by side may change its order."""
    hours = {trace_id: data.draw(st.integers(-5, 5)) for trace_id in {span.trace_id for span in spans}}

    def skewed(span):
        by = hours[span.trace_id] * 3600 * 10**9
        events = tuple(event._replace(time_ns=event.time_ns + by) for event in span.events)
        return span._replace(start_ns=span.start_ns + by, end_ns=span.end_ns + by, events=events)

    assert unordered(places(map(skewed, spans))) == unordered(places(spans))


def unordered(found):
    return {key: (at[0], sorted(at[1])) if isinstance(at, tuple) else at for key, at in found.items()}


DAMAGES = [without_link_attributes, without_links, without_our_copies, with_an_earlier_half]


@settings(max_examples=100)
@given(data=st.data())
def test_whatever_is_lost_what_is_left_is_placed_once(spans, data):
    kept = data.draw(st.lists(st.sampled_from(spans), min_size=1))
    damaged = [data.draw(st.sampled_from([*DAMAGES, lambda span: span]))(span) for span in kept]

    chains = assemble(damaged)

    said = {
        str(event.attributes[key])
        for span in damaged
        for event in span.events
        for name, key in (
            (semconv.EVENT_OUTCOME, semconv.WARPMETRICS_OUTCOME_ID),
            (semconv.EVENT_ACT, semconv.WARPMETRICS_ACT_ID),
        )
        if event.name == name
    }
    placed = [each for each in everything_in(chains) if not each.missing]
    assert sorted(each.id for each in placed) == sorted(said)
    traces = {span.trace_id for span in damaged if not ours(span, semconv.ENTITY_TYPE_CARRIER)}
    runs = [run for chain in chains.chains for run in chain.runs]
    assert traces <= {run.span.trace_id for run in runs}
    assert len({run.id for run in runs}) == len(runs)


def ours(span, kind):
    return span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE) == kind


def everything_in(chains):
    """Every outcome and act, in a chain or not."""
    waiting = [*chains.unattached]
    for chain in chains.chains:
        waiting += [each for run in chain.runs for entity in run.entities() for each in entity.outcomes]
    for each in waiting:
        yield each
        if isinstance(each, Outcome):
            yield from each.acts


def test_an_event_that_lost_its_id_is_still_told_of(spans):
    def anonymous(span):
        events = tuple(Event(event.name, event.time_ns, {}) for event in span.events)
        return span._replace(events=events)

    found = list(everything_in(assemble(map(anonymous, spans))))

    events = [event for span in spans for event in span.events]
    assert len([each for each in found if not each.missing]) == len(events)
    assert sum(isinstance(each, Act) and not each.missing for each in found) == sum(
        event.name == semconv.EVENT_ACT for event in events
    )

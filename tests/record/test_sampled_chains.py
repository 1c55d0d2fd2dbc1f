"""A chain is sampled as a whole, whatever the user's sampler, and whoever follows up."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import Warpmetrics, ids, semconv
from warpmetrics_otel.beside import beside

CHAINS = 50
LENGTH = 3
SAMPLERS = pytest.mark.parametrize(
    "sampler", [ParentBased(TraceIdRatioBased(0.5)), TraceIdRatioBased(0.5)], ids=["parent based", "ratio alone"]
)


def sampled_by(sampler: Sampler) -> TracerProvider:
    return TracerProvider(shutdown_on_exit=False, sampler=sampler)


def use_every_span(wm: Warpmetrics, follows: object) -> tuple[object, list[str]]:
    """A run with all that has a span; returns its act, and the ids of its spans."""
    run = wm.run("Writer", follows=follows)
    group = wm.group(run, "Drafting")
    call = wm.record_call(group, provider="p", model="m")
    with wm.start_call(group, provider="p", model="m") as live:
        live.response = "r"
    run.end()
    late = wm.outcome(run, "Failed")
    act = wm.act(late, "retry")
    return act, [run.id, group.id, call.id, live.id, late.id, act.id]


def exported(memory: Memory) -> set[int]:
    return {span.context.span_id for span in memory.spans}


@SAMPLERS
def test_every_span_of_a_chain_is_exported_or_none(sampler):
    with remembered(sampled_by(sampler)) as memory:
        chains = []
        for _ in range(CHAINS):
            act, spans = None, []
            for _ in range(LENGTH):
                act, more = use_every_span(memory.wm, act)
                spans += more
            chains.append({ids.span_id_of(native_id) for native_id in spans})
        there = exported(memory)
    shares = {len(chain & there) / len(chain) for chain in chains}
    assert shares == {0.0, 1.0}


@SAMPLERS
def test_a_chain_over_processes_is_exported_or_not_as_a_whole(sampler):
    with remembered(sampled_by(sampler)) as one, remembered(sampled_by(sampler)) as other:
        chains = []
        for _ in range(CHAINS):
            first = one.wm.run("Writer")
            act = one.wm.act(one.wm.outcome(first, "Failed"), "retry")
            first.end()
            second = other.wm.run("Writer", follows=act.ref)
            other.wm.group(second, "Drafting").end()
            second.end()
            late = one.wm.outcome(second.ref, "Late")
            one.wm.act(late.ref, "retry")
            chains.append((first, second, late))
        here, there = exported(one), exported(other)
        decided = {
            (
                ids.span_id_of(first.id) in here,
                ids.span_id_of(second.id) in there,
                ids.span_id_of(late.id) in here,
            )
            for first, second, late in chains
        }
    assert decided == {(True, True, True), (False, False, False)}


class Written(Sampler):
    """One of a user's, from before samplers were told a trace state."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None):
        return SamplingResult(self._decision, attributes)

    def get_description(self) -> str:
        return "a user's"


def test_what_is_dropped_is_recorded_for_those_who_read_spans_for_the_native_api():
    with remembered(sampled_by(Written(Decision.DROP))) as memory:
        assert not memory.wm.run("Dropped").span.is_recording()
        beside.open("destination")
        try:
            run = memory.wm.run("Recorded", {"a": 1})
            assert run.span.is_recording()
            assert attributes(run.span)[semconv.WARPMETRICS_RUN_ID] == run.id
            assert not run.span.get_span_context().trace_flags.sampled
        finally:
            beside.close("destination")
        assert not memory.wm.run("Dropped").span.is_recording()


def test_other_tracers_of_the_provider_keep_the_user_s_sampler():
    sampler = Written(Decision.RECORD_AND_SAMPLE)
    with remembered(sampled_by(sampler)) as memory:
        memory.wm.run("Any")
        assert memory.provider.get_tracer("others").sampler is sampler
        assert memory.provider.sampler is sampler

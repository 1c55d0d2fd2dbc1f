"""A sampler of the user's decides what is recorded: it may drop everything, keep a ratio, or break."""

import logging
import math

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    DEFAULT_OFF,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)

from tests.record.memory import Memory, remembered
from warpmetrics_otel import ids, semconv

DECIDED = 20_000


def sampled_by(sampler: Sampler) -> TracerProvider:
    return TracerProvider(shutdown_on_exit=False, sampler=sampler)


def flags(ref: str) -> str:
    return ref.split(";", maxsplit=1)[0].rpartition("-")[2]


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, DEFAULT_OFF], ids=["always off", "parent based"])
def test_where_everything_is_dropped_every_verb_still_works_and_nothing_is_exported(sampler, caplog):
    with remembered(sampled_by(sampler)) as memory:
        wm = memory.wm
        with wm.run("Dropped", {"a": 1}) as run, wm.group(run, "g") as group:
            assert wm.current() == group
            assert not run.span.is_recording()
            call = wm.record_call(group, provider="p", model="m", response="r")
            with wm.start_call(group, provider="p", model="m") as live:
                live.response = "r"
            outcome = wm.outcome(call, "Failed", {"score": 1})
            act = wm.act(outcome, "retry")
        late = wm.act(wm.outcome(run, "Late"), "retry")
        bare = wm.outcome(ids.mint(ids.RUN)[0], "Elsewhere")
        follow_up = wm.run("Dropped", follows=act)
        follow_up.end()
        assert memory.spans == []
        for handle in (run, group, call, live, outcome, act, late, bare, follow_up):
            # A trace id that is random by the W3C's definition sets the second bit.
            assert int(flags(handle.ref), 16) & 1 == 0
            assert ids.parse_ref(handle.ref).trace_id
        assert ids.parse_ref(follow_up.ref).chain_id == run.id
        assert ids.parse_ref(follow_up.ref).position == 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_what_belongs_to_a_dropped_run_of_another_process_is_dropped_too():
    with remembered(sampled_by(ParentBased(ALWAYS_OFF))) as there, remembered() as here:
        run = there.wm.run("Dropped")
        act = there.wm.act(there.wm.outcome(run, "Failed"), "retry")
        here.wm.outcome(run.ref, "Late")
        here.wm.act(there.wm.outcome(run, "Later").ref, "retry")
        assert here.spans == []
        # A follow-up is a trace of its own.
        here.wm.run("Kept", follows=act.ref).end()
        assert len(here.spans) == 1


def test_a_ratio_is_kept():
    ratio = 0.1
    with remembered(sampled_by(TraceIdRatioBased(ratio))) as memory:
        kept = sum(memory.wm.run("Sampled").span.is_recording() for _ in range(DECIDED))
    # Six standard deviations of a binomial: chance leaves them once in 500 million times.
    assert abs(kept - ratio * DECIDED) < 6 * math.sqrt(DECIDED * ratio * (1 - ratio))


def test_a_carrier_is_sampled_as_the_run_of_a_bare_id_was():
    with remembered(sampled_by(ParentBased(TraceIdRatioBased(0.5)))) as memory:
        wm = memory.wm
        runs = [wm.run("Sampled") for _ in range(50)]
        sampled = {run.id for run in runs if run.span.is_recording()}
        assert 0 < len(sampled) < 50
        native_ids = [run.id for run in runs]
        del runs
        wm.flush(end_open=True)
        with remembered(sampled_by(ParentBased(TraceIdRatioBased(0.5)))) as elsewhere:
            for native_id in native_ids:
                elsewhere.wm.outcome(native_id, "Late")
            carried = {dict(span.attributes)[semconv.WARPMETRICS_TARGET_ID] for span in elsewhere.spans}
    assert carried == sampled


class Recorded(Sampler):
    """Keeps what it was asked, and records everything without sampling it."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.asked: list[tuple[str, dict, list]] = []

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None):
        self.asked.append((name, dict(attributes or {}), list(links or ())))
        return SamplingResult(self.decision, attributes)

    def get_description(self) -> str:
        return "recorded"


def test_recorded_but_not_sampled_spans_carry_their_events():
    sampler = Recorded(Decision.RECORD_ONLY)
    with remembered(sampled_by(sampler)) as memory:
        wm = memory.wm
        run = wm.run("Recorded")
        assert isinstance(run.span, ReadableSpan)
        wm.outcome(run, "Good")
        assert [event.name for event in run.span.events] == [semconv.EVENT_OUTCOME]
        assert int(flags(run.ref), 16) & 1 == 0


def test_a_sampler_sees_at_creation_what_a_run_is_and_what_it_follows():
    sampler = Recorded(Decision.RECORD_AND_SAMPLE)
    with remembered(sampled_by(sampler)) as memory:
        wm = memory.wm
        act = wm.act(wm.outcome(wm.run("First"), "Failed"), "retry")
        wm.run("Second", {"attempt": 2}, follows=act)
    name, attributes, [link] = sampler.asked[-1]
    assert name == "invoke_workflow Second"
    assert attributes[semconv.WARPMETRICS_ENTITY_TYPE] == semconv.ENTITY_TYPE_RUN
    assert attributes[semconv.WARPMETRICS_OPTS_PREFIX + "attempt"] == 2
    assert attributes[semconv.WARPMETRICS_ACT_ID] == link.attributes[semconv.WARPMETRICS_ACT_ID] == act.id


class Broken(Sampler):
    def should_sample(self, *args, **kwargs):
        raise RuntimeError("sampler")

    def get_description(self) -> str:
        return "broken"


def test_a_sampler_that_raises_costs_the_spans_not_the_agent(caplog):
    with remembered(sampled_by(Broken())) as memory:
        use_every_verb(memory)
        assert memory.spans == []
        memory.wm.outcome(ids.mint(ids.RUN)[0], "Elsewhere")
    # Said with its traceback, and not for every span.
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert all("sampler" in record.getMessage() and record.exc_info for record in errors)


def use_every_verb(memory: Memory) -> None:
    wm = memory.wm
    with wm.run("Broken") as run, wm.group(run, "g") as group:
        wm.record_call(group, provider="p", model="m", error="e")
        with wm.start_call(group, provider="p", model="m") as live:
            live.response = "r"
        act = wm.act(wm.outcome(group, "Failed"), "retry")
        assert int(flags(run.ref), 16) & 1 == 0
    wm.outcome(run, "Late")
    wm.run("Second", follows=act).end()
    assert run.ended
    assert ids.parse_ref(run.ref).trace_id == ids.trace_id_of(run.id)

"""The sampler that users put on a provider, or name in the environment."""

import pytest
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Decision, TraceIdRatioBased

from warpmetrics_otel import WarpmetricsSampler, ids, semconv
from warpmetrics_otel.deliver.sampler import from_argument

RUN = {semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_RUN}
HIGH = (1 << 64) - 1


def decision(sampler, attributes, trace_id=HIGH):
    return sampler.should_sample(None, trace_id, "name", attributes=attributes).decision


def test_a_warpmetrics_span_that_is_dropped_is_recorded_with_its_attributes():
    result = WarpmetricsSampler(ALWAYS_OFF).should_sample(None, HIGH, "name", attributes=RUN)
    assert result.decision is Decision.RECORD_ONLY
    assert dict(result.attributes) == RUN


def test_what_the_base_keeps_is_kept_and_other_spans_are_the_base_s_to_drop():
    assert decision(WarpmetricsSampler(ALWAYS_ON), RUN) is Decision.RECORD_AND_SAMPLE
    assert decision(WarpmetricsSampler(ALWAYS_OFF), {"http.route": "/"}) is Decision.DROP
    assert decision(WarpmetricsSampler(ALWAYS_OFF), None) is Decision.DROP


def test_a_follow_up_is_decided_on_with_the_trace_of_its_chain():
    sampler = WarpmetricsSampler(TraceIdRatioBased(0.5))
    chains = [ids.mint(ids.RUN)[0] for _ in range(50)]
    as_first = [decision(sampler, RUN, ids.trace_id_of(chain)) for chain in chains]
    as_follow_up = [decision(sampler, {**RUN, semconv.WARPMETRICS_CHAIN_ID: chain}) for chain in chains]
    assert as_follow_up == as_first
    assert set(as_first) == {Decision.RECORD_ONLY, Decision.RECORD_AND_SAMPLE}


@pytest.mark.parametrize(
    ("argument", "kept"),
    [("", True), ("always_on", True), ("always_off", False), ("0.0", False), (1.0, True), (" 1 ", True)],
)
def test_it_is_made_from_the_argument_of_the_environment(argument, kept):
    expected = Decision.RECORD_AND_SAMPLE if kept else Decision.RECORD_ONLY
    assert decision(from_argument(argument), RUN) is expected


def test_a_configuration_file_passes_no_argument_so_the_variable_counts(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "always_off")
    assert decision(from_argument(), RUN) is Decision.RECORD_ONLY


@pytest.mark.parametrize("argument", ["a tenth", "2", "-1"])
def test_an_argument_that_makes_no_sense_is_refused_with_the_remedy(argument):
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        from_argument(argument)


def test_its_description_names_the_base():
    assert WarpmetricsSampler(ALWAYS_OFF).get_description() == "WarpmetricsSampler{AlwaysOffSampler}"

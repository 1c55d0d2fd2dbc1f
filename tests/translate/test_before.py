"""Batches that hang on earlier ones: what an SDK flushes every second is still one tree and one chain."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.translate.batches import batches
from tests.translate.test_round_trip import in_order
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Act, Batch, Call, Group, Link, Outcome, Run
from warpmetrics_otel.translate.before import MOST, Before
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.to_spans import native_to_spans

AT = "2026-02-01T10:00:00.000Z"
RUN, GROUP, CALL = (f"wm_{kind}_01jk3z9q0000000000000000{kind[0]}{kind[1]}" for kind in (ids.RUN, ids.GROUP, ids.CALL))
ENTITIES = [
    Run(RUN, "Writer", None, None, AT),
    Group(GROUP, "Drafting", None, AT),
    Link(RUN, GROUP, "group", AT),
    Call(CALL, "openai", "m", [], "Hi", None, None, None, 5, AT, AT, "success"),
    Link(GROUP, CALL, "call", AT),
    Outcome("wm_oc_1", RUN, "Failed", None, AT),
    Act("wm_act_1", "wm_oc_1", "retry", None, AT),
    Run("wm_run_next", "Writer", None, "wm_act_1", AT),
]


def one_by_one(*sizes):
    before, spans, at = Before(), [], 0
    for size in sizes:
        spans += native_to_spans(ENTITIES[at : at + size], before=before)
        at += size
    assert at == len(ENTITIES)
    return spans


def test_a_call_s_trace_is_that_of_a_run_of_an_earlier_batch():
    spans = {span.name: span for span in one_by_one(1, 2, 2, 1, 1, 1)}
    run, group, call = spans["invoke_workflow Writer"], spans["Drafting"], spans["chat m"]
    assert {ids.trace_id_of(RUN)} == {group.trace_id, call.trace_id}
    assert (group.parent_span_id, call.parent_span_id) == (ids.span_id_of(RUN), group.span_id)
    assert group.attributes[semconv.GEN_AI_WORKFLOW_NAME] == "Writer"
    assert run.attributes[semconv.WARPMETRICS_RUN_ID] == "wm_run_next"


def test_a_follow_up_points_at_the_act_of_an_earlier_batch():
    for sizes in ((1, 2, 2, 1, 1, 1), (5, 2, 1), (7, 1)):
        *_, last = [span for span in one_by_one(*sizes) if span.links and not span.parent_span_id]
        assert last.attributes[semconv.WARPMETRICS_FOLLOWS_RUN_ID] == RUN
        assert last.attributes[semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME] == "Failed"
        assert last.attributes[semconv.WARPMETRICS_CHAIN_ID] == RUN
        hosts = [span for span in one_by_one(*sizes) if any(event.name == semconv.EVENT_ACT for event in span.events)]
        assert [(link.trace_id, link.span_id) for link in last.links] == [(hosts[0].trace_id, hosts[0].span_id)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batches(), st.lists(st.integers(1, 4), max_size=12))
def test_however_a_batch_is_split_its_rows_come_back_as_they_were(arrays, sizes):
    entities = list(Batch.from_json(arrays))
    before, spans = Before(), []
    while entities:
        size = sizes.pop() if sizes else len(entities)
        spans += native_to_spans(entities[:size], before=before)
        del entities[:size]
    assert in_order(Batch(spans_to_native(spans)).to_json()) == in_order(arrays)


def test_what_is_remembered_is_bounded():
    before = Before()
    for number in range(MOST + 10):
        before.note_parent(f"wm_call_{number}", RUN)
    assert before.parent_of("wm_call_0") is None
    assert before.parent_of(f"wm_call_{MOST}") == RUN

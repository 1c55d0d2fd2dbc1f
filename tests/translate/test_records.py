"""The record of an entity is its row, whichever way it was written."""

import json

from hypothesis import HealthCheck, given, settings

from tests.translate.batches import batches
from warpmetrics_otel.entities import ABSENT, Batch, Call, Link, Outcome, Run
from warpmetrics_otel.translate.records import entity_of, record_of


def fields(record):
    return list(json.loads(record[1:]).items())


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batches())
def test_a_record_has_the_fields_of_its_row_in_their_order(arrays):
    for entity in Batch.from_json(arrays):
        record = record_of(entity)
        assert record.isascii()
        assert json.dumps(fields(record)) == json.dumps(list(entity.to_json().items()))
        assert json.dumps(entity_of(record).to_json()) == json.dumps(entity.to_json())


def test_missing_fields_stay_missing():
    assert fields(record_of(Link("wm_run_1", "wm_call_1"))) == [("parentId", "wm_run_1"), ("childId", "wm_call_1")]
    assert "startedAt" not in dict(fields(record_of(Run("wm_run_1", "Writer"))))
    failed = Call(
        "wm_call_1", "openai", "m", None, duration=3, started_at="a", ended_at="b", status="error", error="no"
    )
    assert [name for name, _ in fields(record_of(failed))] == [
        name for name, value in failed.to_json().items() if value is not ABSENT
    ]


def test_an_odd_field_costs_only_itself():
    outcome = Outcome("wm_oc_1", "wm_run_1", "Failed", {"loss": float("nan"), "texts": ["x"] * 50_000})
    assert dict(fields(record_of(outcome)))["name"] == "Failed"
    call = Call("wm_call_1", messages=["x"] * 50_000, cost=float("nan"))
    assert dict(fields(record_of(call)))["messages"] == ["x"] * 50_000

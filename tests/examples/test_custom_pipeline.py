"""A provider put together by hand: all runs are in Warpmetrics, and whole chains of some are with the backend."""

import pytest

from tests.otlp_receiver import OtlpReceiver
from warpmetrics_otel import ids
from warpmetrics_otel.testing import NativeApi

pytestmark = pytest.mark.wheel


def test_the_backend_gets_whole_chains_of_some_and_warpmetrics_gets_all(said_by_example):
    with OtlpReceiver() as receiver, NativeApi() as api:
        said_by_example(
            "custom_pipeline.py",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            WARPMETRICS_API_KEY=api.key,
            WARPMETRICS_API_URL=api.url,
        )
    assert api.violations == []
    assert api.incomplete() == []
    counts = {kind: len(api.entities(kind)) for kind in ("runs", "calls", "outcomes", "acts")}
    assert counts == {"runs": 100, "calls": 50, "outcomes": 100, "acts": 50}
    assert {row["response"] for row in api.entities("calls")} == {"Review this."}

    exported = {int(span.trace_id, 16) for span in receiver.spans}
    runs = api.entities("runs")
    follows = {row["refId"]: row["id"] for row in runs if row["refId"]}
    refers = {row["id"]: row["refId"] for kind in ("outcomes", "acts") for row in api.entities(kind)}
    whole = []
    for act_id, follow_up in follows.items():
        first = refers[refers[act_id]]
        whole.append({ids.trace_id_of(first) in exported, ids.trace_id_of(follow_up) in exported})
    assert len(whole) == 50
    assert all(len(both) == 1 for both in whole)
    assert len(exported) < len(runs)

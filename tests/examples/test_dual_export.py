"""The same runs in both places: what a collector and the native API get of an example is one chain."""

import pytest

from tests.otlp_receiver import OtlpReceiver
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.testing import NativeApi

pytestmark = pytest.mark.wheel


@pytest.fixture
def both(said_by_example):
    """A function that runs an example; gives what it printed and the two ends, once it has ended."""

    def run(name):
        with OtlpReceiver() as receiver, NativeApi() as api:
            said = said_by_example(
                name,
                OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
                WARPMETRICS_API_KEY=api.key,
                WARPMETRICS_API_URL=api.url,
            )
        assert api.violations == []
        assert api.incomplete() == []
        return said, receiver.spans, api

    return run


def ids_of_runs(spans):
    runs = [span for span in spans if span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE) == "run"]
    return [span.attributes[semconv.WARPMETRICS_RUN_ID] for span in runs]


def check_both(spans, api):
    first, second = api.entities("runs")
    (act,) = api.entities("acts")
    assert (first["label"], first["opts"], first["refId"]) == ("Code review", {"attempt": 1}, None)
    assert (second["label"], second["opts"], second["refId"]) == ("Code review", {"attempt": 2}, act["id"])
    assert [(row["name"], row["refId"]) for row in api.entities("outcomes")] == [
        ("Failed", first["id"]),
        ("Completed", second["id"]),
    ]
    assert [row["response"] for row in api.entities("calls")] == ["It subtracts.", "It adds."]
    assert [row["parentId"] for row in api.entities("links")] == [first["id"], second["id"]]
    assert sorted(ids_of_runs(spans)) == sorted([first["id"], second["id"]])
    assert {span.trace_id for span in spans} == {f"{ids.trace_id_of(run['id']):032x}" for run in (first, second)}
    assert not [span for span in spans if "It subtracts." in str(span.attributes)]


def test_with_two_variables_the_runs_are_in_both(both):
    said, spans, api = both("dual_export.py")
    check_both(spans, api)
    assert len(spans) == 4
    assert said == "9 entities are in Warpmetrics; spans: flushed\n"


def test_without_a_key_it_shows_the_same_here(said_by_example):
    assert said_by_example("dual_export.py").startswith("9 entities are in Warpmetrics")

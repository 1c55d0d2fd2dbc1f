"""Those who share a pipeline share its options: the first decides, and nobody is overruled without a word."""

import logging

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from tests.deliver.pipelines import connection, recording
from warpmetrics_otel import semconv


def warnings(said) -> list[str]:
    return said(logging.WARNING)


def test_an_option_that_comes_too_late_is_named(api, said, tmp_path):
    first = connection(api_key=api.key, api_url=api.url)
    second = connection(api_key=api.key, api_url=api.url, spool_dir=tmp_path, max_pending=7)
    [line] = warnings(said)
    assert "spool_dir, max_pending is ignored" in line
    assert api.key not in line
    second.shutdown(0.0)
    first.shutdown(0.0)


def test_the_same_options_or_none_are_no_matter(api, said, tmp_path):
    first = connection(api_key=api.key, api_url=api.url, spool_dir=tmp_path, max_pending=7)
    same = connection(api_key=api.key, api_url=f"{api.url}/", spool_dir=str(tmp_path), max_pending=7)
    none = connection(api_key=api.key, api_url=api.url, max_pending=7, classifications={"Shipped": "success"})
    for held in (none, same, first):
        held.shutdown(0.0)
    assert warnings(said) == []


def test_after_the_last_has_gone_the_next_decides_anew(api, said, tmp_path):
    connection(api_key=api.key, api_url=api.url).shutdown(0.0)
    connection(api_key=api.key, api_url=api.url, spool_dir=tmp_path).shutdown(0.0)
    assert warnings(said) == []


def test_metrics_classify_as_recording_says_whoever_came_first(api):
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    first = connection(api_key=api.key, api_url=api.url, meter_provider=provider)
    options = {"api_key": api.key, "api_url": api.url, "classifications": {"Shipped": "success"}}
    with recording(**options) as wm:
        wm.outcome(wm.run("Release"), "Shipped")
        wm.flush(60)
    first.shutdown(0.0)
    (resource,) = reader.get_metrics_data().resource_metrics
    metrics = {metric.name: metric.data.data_points for scope in resource.scope_metrics for metric in scope.metrics}
    (point,) = metrics[semconv.METRIC_OUTCOMES.name]
    assert point.attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] == "success"

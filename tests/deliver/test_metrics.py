"""Metrics come out through the user's MeterProvider: what agents did, and what became of it on its way."""

import multiprocessing
import re
from urllib.request import urlopen

import pytest
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from registry import ROOT, Registry

from tests.deliver.pipelines import connection
from tests.docs.markdown import ROOT as PROJECT
from warpmetrics_otel import Warpmetrics, semconv
from warpmetrics_otel.deliver.metrics import COMPONENT_TYPE, PipelineMetrics
from warpmetrics_otel.deliver.tally import METRICS
from warpmetrics_otel.entities import KINDS, Counts, Run
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply

EXPORTED = semconv.METRIC_EXPORTER_SPAN_EXPORTED.name
INFLIGHT = semconv.METRIC_EXPORTER_SPAN_INFLIGHT.name
DURATION = semconv.METRIC_EXPORTER_OPERATION_DURATION.name
REGISTRY = Registry(ROOT)


@pytest.fixture
def api():
    with NativeApi() as api:
        yield api
        api.check()


class Meters:
    """A MeterProvider of a user's, and what it would export."""

    def __init__(self):
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)

    def metrics(self):
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        assert {scope.scope.name for scope in scopes} <= {"warpmetrics_otel"}
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    def points(self, metric):
        """The points of a metric: attributes, without those of the component and the server, and value or count."""
        found = self.metrics().get(metric)
        return [] if found is None else [(brief(point), amount(point)) for point in found.data.data_points]

    def total(self, metric):
        return sum(value for _, value in self.points(metric))


def brief(point):
    return {key: value for key, value in point.attributes.items() if not key.startswith(("otel.", "server."))}


def amount(point):
    return getattr(point, "value", None) or getattr(point, "count", 0)


@pytest.fixture
def meters():
    return Meters()


@pytest.fixture
def recorder(api, meters):
    made = []

    def make(**options):
        given = {"tracer_provider": TracerProvider(), "api_key": api.key, "api_url": api.url} | options
        made.append(Warpmetrics(**{"meter_provider": meters.provider, **given}))
        return made[-1]

    yield make
    for each in made:
        each.shutdown(1)


def chain(wm):
    """Two runs, of which the second follows the first by the act `retry` and completes."""
    with wm.run("Writer") as first, wm.group(first, "Drafting") as group:
        wm.record_call(group, provider="local", model="tiny", tokens={"prompt": 12, "completion": 40}, cost=0.25)
        act = wm.act(wm.outcome(first, "Below Threshold"), "retry")
    with wm.run("Writer", follows=act) as second:
        wm.outcome(second, "Completed")
    return act


def test_what_agents_did(recorder, meters):
    wm = recorder(classifications={"Below Threshold": "failure"})
    chain(wm)
    assert wm.flush(60).delivered
    below = {semconv.WARPMETRICS_OUTCOME_NAME: "Below Threshold", semconv.WARPMETRICS_OUTCOME_CLASSIFICATION: "failure"}
    completed = {semconv.WARPMETRICS_OUTCOME_NAME: "Completed", semconv.WARPMETRICS_OUTCOME_CLASSIFICATION: "success"}
    model = {semconv.GEN_AI_PROVIDER_NAME: "local", semconv.GEN_AI_REQUEST_MODEL: "tiny"}
    label = {semconv.GEN_AI_WORKFLOW_NAME: "Writer"}
    by_retry = {semconv.WARPMETRICS_FOLLOWS_ACT_NAME: "retry"}
    assert {metric.name: meters.points(metric.name) for metric in METRICS} == {
        "warpmetrics.runs": [(label, 1), (label | by_retry, 1)],
        "warpmetrics.outcomes": [(below, 1), (completed, 1)],
        "warpmetrics.acts": [({semconv.WARPMETRICS_ACT_NAME: "retry"}, 1)],
        "warpmetrics.follow_up.outcomes": [(by_retry | completed, 1)],
        "warpmetrics.tokens": [
            (model | {semconv.GEN_AI_TOKEN_TYPE: "input"}, 12),
            (model | {semconv.GEN_AI_TOKEN_TYPE: "output"}, 40),
        ],
        "warpmetrics.cost": [(model, 0.25)],
    }


def test_everything_is_as_the_conventions_define_it(api, recorder, meters):
    wm = recorder()
    chain(wm)
    api.answer(Reply.refused(400))
    wm.flush(60)
    defined = {metric.name: metric for metric in REGISTRY.all_metrics()}
    found = meters.metrics()
    assert found.keys() == defined.keys()
    kinds = {"counter": ("Sum", True), "updowncounter": ("Sum", False), "histogram": ("Histogram", None)}
    for name, metric in found.items():
        kind = type(metric.data).__name__, getattr(metric.data, "is_monotonic", None)
        assert (metric.unit, metric.description, kind) == (
            defined[name].unit,
            defined[name].brief,
            kinds[defined[name].instrument],
        )
        levels = {use.attribute.key: use.level for use in defined[name].uses}
        for point in metric.data.data_points:
            assert set(point.attributes) <= levels.keys()
            assert {key for key, level in levels.items() if level == "required"} <= set(point.attributes)


def test_a_run_that_is_told_twice_counts_once(api, recorder, meters):
    api.allow.add("duplicate")
    chain(recorder())
    other = connection(api_key="wm_test_another", api_url=api.url, meter_provider=meters.provider)
    runs = [Run("wm_run_01m804j9pz07canamc317q9ckt", "Reviewer", None, None, "2026-01-01T00:00:00.000Z")] * 2
    same = connection(api_key=api.key, api_url=api.url, meter_provider=meters.provider)
    for held in (other, same):
        held.take(runs)
        held.take(runs)
        held.shutdown(60)
    assert ({semconv.GEN_AI_WORKFLOW_NAME: "Reviewer"}, 1) in meters.points("warpmetrics.runs")
    assert meters.total("warpmetrics.runs") == 3


def test_a_follow_up_of_an_act_of_another_process_is_counted_by_its_name(api, recorder, meters):
    act = chain(recorder(api_key=None))
    api.know(act.id)
    wm = recorder()
    with wm.run(act.ref, "Writer") as run:
        wm.outcome(run, "Completed")
    wm.flush(60)
    ((attributes, count),) = meters.points("warpmetrics.follow_up.outcomes")
    assert (attributes[semconv.WARPMETRICS_FOLLOWS_ACT_NAME], count) == ("retry", 1)


def test_each_entity_is_exported_once_by_a_component_with_an_address(api, recorder, meters):
    wm = recorder()
    chain(wm)
    delivered = wm.flush(60).delivered
    metrics = meters.metrics()
    (point,) = metrics[EXPORTED].data.data_points
    assert point.value == delivered == sum(len(api.entities(kind)) for kind in KINDS)
    assert point.attributes[semconv.OTEL_COMPONENT_TYPE] == COMPONENT_TYPE
    assert re.fullmatch(rf"{COMPONENT_TYPE}/\d+", point.attributes[semconv.OTEL_COMPONENT_NAME])
    url = f"http://{point.attributes[semconv.SERVER_ADDRESS]}:{point.attributes[semconv.SERVER_PORT]}"
    assert url == api.url
    assert meters.points(INFLIGHT) == [({}, 0)]


def test_two_destinations_are_two_components(api, recorder, meters):
    for key in ("wm_test_one", "wm_test_two"):
        wm = recorder(api_key=key)
        wm.run("Writer")
        wm.flush(60)
    points = meters.metrics()[EXPORTED].data.data_points
    assert len({point.attributes[semconv.OTEL_COMPONENT_NAME] for point in points}) == 2
    assert [point.value for point in points] == [1, 1]


def test_what_the_server_refuses_is_told_by_its_reason(api, recorder, meters):
    api.answer(Reply.refused(400), Reply.refused(400))
    wm = recorder()
    wm.run("Writer")
    dropped = wm.flush(60).dropped
    assert dropped
    assert meters.points(EXPORTED) == [({}, 0), *[({semconv.ERROR_TYPE: why}, many) for why, many in dropped.items()]]
    assert meters.points(DURATION) == [({semconv.ERROR_TYPE: "400"}, 1)]


def test_all_tries_of_a_batch_are_one_operation(api, recorder, meters):
    api.answer(Reply.refused(503))
    wm = recorder()
    wm.run("Writer")
    assert not wm.flush(60).pending
    assert len(api.requests) == 2
    assert meters.points(DURATION) == [({}, 1)]


def test_while_the_api_is_down_what_agents_do_is_counted_and_what_waits_too(api, recorder, meters):
    with api.down():
        wm = recorder()
        chain(wm)
        assert wm.flush(0.1).pending
        assert meters.total("warpmetrics.runs") == 2
        assert meters.total(INFLIGHT) == 9
        wm.run("Another")
        assert meters.total("warpmetrics.runs") == 3


def test_the_last_collection_comes_after_the_last_delivery(recorder, meters):
    wm = recorder()
    chain(wm)
    delivered = wm.shutdown(60).delivered
    assert delivered
    assert (meters.total(EXPORTED), meters.total("warpmetrics.runs")) == (delivered, 2)


@pytest.mark.parametrize("url", ["http://[", "http://localhost:x", "http://", ""])
def test_an_address_that_is_none_is_left_out(meters, url):
    metrics = PipelineMetrics(url, meters.provider)
    metrics.start(Counts)
    (point,) = meters.metrics()[EXPORTED].data.data_points
    assert {semconv.SERVER_ADDRESS, semconv.SERVER_PORT}.isdisjoint(point.attributes)
    metrics.stop(Counts())


class Broken(NoOpMeterProvider):
    def get_meter(self, *args, **kwargs):
        raise RuntimeError("no meters today")


def test_a_provider_that_raises_costs_the_metrics_and_not_the_delivery(recorder, caplog):
    wm = recorder(meter_provider=Broken())
    chain(wm)
    assert wm.flush(60).delivered == 9
    wm.run("Another")
    assert wm.flush(60).delivered == 10
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == [
        "there are no metrics: the meter provider raised"
    ]


def _what_a_child_counts(wm, meters, answer):
    wm.run("Child")
    wm.flush(60)
    answer.put((meters.points("warpmetrics.runs"), meters.total(EXPORTED)))


def test_a_forked_child_counts_its_own(recorder, meters):
    wm = recorder()
    chain(wm)
    wm.flush(60)
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    child = context.Process(target=_what_a_child_counts, args=(wm, meters, answer))
    child.start()
    assert answer.get() == ([({semconv.GEN_AI_WORKFLOW_NAME: "Child"}, 1)], 1)
    child.join()
    assert meters.total("warpmetrics.runs") == 2


def test_in_prometheus_they_are_called_as_the_page_says(api, recorder):
    prometheus = pytest.importorskip("opentelemetry.exporter.prometheus")
    from prometheus_client import CollectorRegistry, start_http_server

    scraped = CollectorRegistry()
    provider = MeterProvider([prometheus.PrometheusMetricReader(registry=scraped)], shutdown_on_exit=False)
    wm = recorder(meter_provider=provider)
    chain(wm)
    delivered = wm.flush(60).delivered
    server, thread = start_http_server(0, addr="127.0.0.1", registry=scraped)
    try:
        text = urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=30).read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        provider.shutdown()
    page = (PROJECT / "docs" / "metrics.md").read_text("utf-8")
    named = re.findall(r"^\| `([a-z_.]+)` \| `([a-z_]+)` \|.*\| (.*) \|$", page, re.MULTILINE)
    assert {name for name, *_ in named} == {metric.name for metric in REGISTRY.all_metrics()}
    families = re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)
    assert {family for _, family, _ in named} == {*families} - {"target_info"}
    uses = {metric.name: {use.attribute.key for use in metric.uses} for metric in REGISTRY.all_metrics()}
    assert {name: set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", keys)) for name, _, keys in named} == uses

    def value(family, *labels):
        (line,) = [
            line for line in text.splitlines() if line.startswith(family + "{") and all(each in line for each in labels)
        ]
        return float(line.rpartition(" ")[2])

    retry = 'warpmetrics_follows_act_name="retry"'
    assert value("warpmetrics_follow_up_outcomes_total", retry, 'warpmetrics_outcome_classification="success"') == 1
    assert value("warpmetrics_runs_total", retry, 'gen_ai_workflow_name="Writer"') == 1
    assert value("warpmetrics_tokens_total", 'gen_ai_token_type="output"') == 40
    assert value("otel_sdk_exporter_span_exported_total") == delivered

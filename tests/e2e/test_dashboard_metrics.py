"""Every query of the dashboard on the product metrics, asked of a real Prometheus that scrapes the real exporter."""

import math
import os
import subprocess
import sys

import pytest

from tests.e2e.dashboards import dashboard, queries
from tests.e2e.server_process import wait_for
from tests.patience import PATIENCE_S

pytest.importorskip("opentelemetry.exporter.prometheus")

# They go on until they are told to stop: an increase is seen only between two scrapes.
AGENTS = """
import sys, threading
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import start_http_server
import warpmetrics_otel as wm
from warpmetrics_otel.testing import NativeApi

metrics.set_meter_provider(MeterProvider([PrometheusMetricReader()]))
start_http_server(int(sys.argv[1]), addr="127.0.0.1")
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set())).start()
with NativeApi() as api:
    wm.configure(api_key=api.key, api_url=api.url)
    while not stop.wait(0.05):
        for label, act, last in (("Writer", "retry", "Completed"), ("Reviewer", "escalate", "Failed")):
            with wm.run(label) as run:
                wm.record_call(run, provider="local", model="tiny", tokens={"prompt": 12, "completion": 40}, cost=0.5)
                act = wm.act(wm.outcome(run, "Failed"), act)
            with wm.run(label, follows=act) as again:
                wm.outcome(again, last)
        wm.flush()
    wm.shutdown()
"""
VARIABLES = {"job": ".*", "label": ".*", "__range": "1m", "__interval": "5s", "__rate_interval": "5s"}


@pytest.fixture(scope="module")
def scraped(prometheus):
    """A Prometheus that scrapes agents which are at work."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "WARPMETRICS_"))}
    agents = subprocess.Popen(
        [sys.executable, "-c", AGENTS, str(prometheus.scraped_port)],
        env={**inherited, "OTEL_TRACES_EXPORTER": "none"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield prometheus
    _, logged = agents.communicate(timeout=PATIENCE_S)
    assert (agents.returncode, logged) == (0, "")


def finite(rows):
    values = [float(row["value"][1]) for row in rows]
    return bool(values) and all(math.isfinite(value) and value >= 0 for value in values)


def moving(rows):
    return finite(rows) and any(float(row["value"][1]) > 0 for row in rows)


@pytest.mark.parametrize("query", queries("metrics"), ids=str)
def test_every_query_gives_numbers(scraped, query):
    # Between two flushes nothing may wait at all.
    idle = query.panel == "Waiting for the native API"
    scraped.query(query.filled(**VARIABLES), until=finite if idle else moving)


def comes_to_show(query, scraped, until):
    """Fails the test unless what the query gives becomes such: its values by act, or one by None."""
    (found,) = [each for each in queries("metrics") if str(each) == query]

    def values(rows):
        return [(row["metric"].get("warpmetrics_follows_act_name"), float(row["value"][1])) for row in rows]

    scraped.query(found.filled(**VARIABLES), until=lambda rows: finite(rows) and until(values(rows)))


def test_an_act_that_never_led_to_success_is_shown_with_none_and_the_best_one_first(scraped):
    expected = [("retry", 1.0), ("escalate", 0.0)]
    comes_to_show("How often an act leads to success A", scraped, until=lambda values: values == expected)


@pytest.mark.parametrize(("panel", "share"), [("of them follow-ups A", 0.5), ("Follow-ups that are a success A", 0.5)])
def test_shares_are_of_what_their_titles_say(scraped, panel, share):
    # Two counters are not scraped at the same instant of the agent's work.
    comes_to_show(panel, scraped, until=lambda values: values == [(None, pytest.approx(share, abs=0.2))])


@pytest.mark.parametrize("variable", ["job", "label"])
def test_the_lists_of_choices_are_filled(scraped, variable):
    (of,) = [each for each in dashboard("metrics")["templating"]["list"] if each["name"] == variable]
    series, label = of["definition"].removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
    expected = {"job": ["agents"], "label": ["Reviewer", "Writer"]}[variable]
    found = wait_for(lambda: scraped.label_values(label, series.replace("$job", ".*")), expected.__eq__, variable)
    assert found == expected


def test_a_chosen_label_leaves_the_others_out(scraped):
    (runs,) = [each for each in queries("metrics") if str(each) == "Runs, over time A"]
    rows = scraped.query(runs.filled(**VARIABLES | {"label": "Writer"}), until=finite)
    assert [row["metric"]["gen_ai_workflow_name"] for row in rows] == ["Writer"]

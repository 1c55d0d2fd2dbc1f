"""Every query of the dashboard on traces, asked of a real Tempo that has a chain in it."""

import json
import time

import pytest

from tests.e2e.agents import Agents
from tests.e2e.dashboards import dashboard, queries
from tests.e2e.native_ids import trace_of
from tests.e2e.server_process import wait_for

CHAIN = """
act, runs = None, []
for attempt, outcome in enumerate(("Failed", "Failed", "Completed"), start=1):
    with wm.run("Writer", {"attempt": attempt}, follows=act) as run, wm.group(run, "Drafting") as group:
        wm.record_call(group, provider="local", model="tiny", tokens={"prompt": 12, "completion": 40}, cost=0.25)
        act = wm.act(wm.outcome(run, outcome), "retry")
    runs.append(run.id)
wm.outcome(runs[-1], "Merged")
wm.flush()
show(runs=runs)
"""


class Recorded:
    """A Tempo with a chain of three runs, and what the dashboard's variables are set to for it."""

    def __init__(self, tempo):
        self.tempo = tempo
        agents = Agents(tempo, "http/protobuf")
        self.runs = agents.run(CHAIN)["runs"]
        for run, spans in zip(self.runs, (3, 3, 4), strict=True):
            tempo.found_trace(trace_of(run), until=lambda found, spans=spans: len(found) == spans)
        self.variables = {
            "label": "Writer",
            "outcome": "Failed|Completed|Merged",
            "run": self.runs[0],
            # As Tempo's own searches write it.
            "trace": trace_of(self.runs[0]).lstrip("0"),
        }

    def rows(self, query, until=bool, **variables):
        """What a query gives: rows of a search, or series of numbers that are not all zero."""
        text = query.filled(**self.variables | variables)
        if "tableType" in query.target:
            return wait_for(lambda: self.tempo.found(text), until, text)
        now = int(time.time())
        return wait_for(lambda: moving(self.tempo.series(text, now - 600, now + 60)), until, text)


def moving(series):
    return [each for each in series if any(sample.get("value") for sample in each["samples"])]


@pytest.fixture(scope="module")
def recorded(tempo):
    return Recorded(tempo)


@pytest.mark.parametrize("query", queries("traces"), ids=str)
def test_every_query_gives_data(recorded, query):
    assert recorded.rows(query)


def of_panel(name):
    (query,) = [each for each in queries("traces") if each.panel == name]
    return query


def found(recorded, panel, count):
    rows = recorded.rows(of_panel(panel), until=lambda rows: len(rows) >= count)
    return {row["traceID"].zfill(32) for row in rows}


def test_one_chain_is_all_its_runs_and_no_other(recorded):
    assert found(recorded, "One chain", 3) == {trace_of(run) for run in recorded.runs}


def test_what_follows_a_trace_is_its_follow_up(recorded):
    assert found(recorded, "What follows a trace", 1) == {trace_of(recorded.runs[1])}


def test_long_chains_and_failed_runs_are_what_they_say(recorded):
    third, failed = trace_of(recorded.runs[2]), {trace_of(run) for run in recorded.runs[:2]}
    assert third in found(recorded, "Long chains", 1)
    assert found(recorded, "Failed runs", 2) >= failed
    assert third not in found(recorded, "Failed runs", 2)


def test_outcomes_of_follow_ups_are_told_apart_by_act(recorded):
    def told_apart(series):
        named = [{label["key"]: label["value"].get("stringValue") for label in each["labels"]} for each in series]
        return [
            outcome
            for outcome in ("Failed", "Completed")
            if {"span.warpmetrics.follows.act.name": "retry", "span.warpmetrics.outcome.name": outcome} in named
        ]

    query = of_panel("Follow-up runs, by act and outcome")
    assert recorded.rows(query, until=lambda series: told_apart(series) == ["Failed", "Completed"])


@pytest.mark.parametrize(("variable", "value"), [("label", "Writer"), ("outcome", "Merged")])
def test_the_lists_of_choices_are_filled(recorded, variable, value):
    (of,) = [each for each in dashboard("traces")["templating"]["list"] if each["name"] == variable]

    def choices():
        # Grafana takes the first scope that has an attribute of that name, and asks for the values in there.
        scopes = json.loads(recorded.tempo.get("/api/v2/search/tags")).get("scopes") or []
        scope = next((scope["name"] for scope in scopes if of["query"]["label"] in scope["tags"]), "span")
        answer = json.loads(recorded.tempo.get(f"/api/v2/search/tag/{scope}.{of['query']['label']}/values"))
        return {choice["value"] for choice in answer.get("tagValues") or []}

    assert value in wait_for(choices, lambda choices: value in choices, variable)


@pytest.mark.parametrize(("label", "there"), [(".*", True), ("Writer|Reviewer", True), ("Reviewer", False)])
def test_the_chosen_labels_narrow_down(recorded, label, there):
    rows = recorded.rows(of_panel("Long chains"), until=lambda rows: bool(rows) is there, label=label)
    assert (trace_of(recorded.runs[2]) in {row["traceID"].zfill(32) for row in rows}) is there

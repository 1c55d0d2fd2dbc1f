"""What a real Jaeger shows of a chain, and what it hides: the statements of docs/backends.md about it.

Its own page asks an older endpoint than programs do, which is why some of what is stored cannot be seen there.
"""

import json
import urllib.parse
import urllib.request

import pytest

from tests.e2e.native_ids import span_of, trace_of
from tests.patience import PATIENCE_S

LONG = 5000
CHAIN = """
with wm.run("Writer", {"note": "x" * 5000}) as run:
    act = wm.act(wm.outcome(run, "Failed", {"score": 3}), "retry", {"attempt": 2})
with wm.run("Writer", {"attempt": 2}, follows=act) as again:
    wm.outcome(again, "Completed")
wm.outcome(run.id, "Merged", {"by": "ann"})
wm.flush()
show(run=run.id, again=again.id)
"""
OPEN = """
run = wm.run("Writer")
act = wm.act(wm.outcome(run, "Odd"), "escalate")
again = wm.run("Writer", follows=act)
wm.outcome(again, "Completed")
wm.flush()
show(run=run.id, again=again.id)
"""


class Recorded:
    """A chain of two runs, a late outcome of the first, and questions to the Jaeger that has them."""

    def __init__(self, agents):
        self.jaeger, self.service = agents.backend, agents.service
        ids = agents.run(CHAIN)
        self.run, self.again = ids["run"], ids["again"]
        self.jaeger.trace(trace_of(self.run), until=lambda spans: len(spans) == 2)
        self.jaeger.trace(trace_of(self.again))

    def found(self, **attributes):
        """The traces that a search by attributes gives, in the words of its page: the field Tags."""
        tags = {key.replace("__", "."): value for key, value in attributes.items()}
        return self.jaeger.search(self.service, tags, until=lambda _: True)

    def on_page(self, run):
        """The spans of a run's trace as Jaeger's page gets them, by name."""
        url = f"{self.jaeger.query_url}/api/traces/{trace_of(run)}"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return {span["operationName"]: span for span in json.load(answer)["data"][0]["spans"]}


@pytest.fixture(scope="module")
def recorded(agents_of_jaeger):
    return Recorded(agents_of_jaeger)


def test_the_page_shows_a_link_but_not_what_it_says(recorded):
    follow_up = recorded.on_page(recorded.again)["invoke_workflow Writer"]
    (link,) = follow_up["references"]
    assert link == {"refType": "FOLLOWS_FROM", "traceID": trace_of(recorded.run), "spanID": span_of(recorded.run)}
    (kept,) = recorded.jaeger.trace(trace_of(recorded.again))[0].links
    assert kept.attributes["warpmetrics.act.name"] == "retry"


def test_what_the_link_says_is_on_the_span_too_where_the_page_shows_it(recorded):
    tags = {tag["key"]: tag["value"] for tag in recorded.on_page(recorded.again)["invoke_workflow Writer"]["tags"]}
    assert tags["warpmetrics.follows.run.id"] == recorded.run
    assert (tags["warpmetrics.follows.act.name"], tags["warpmetrics.follows.outcome.name"]) == ("retry", "Failed")


def test_links_are_shown_one_way_only(recorded):
    assert recorded.on_page(recorded.run)["invoke_workflow Writer"]["references"] == []


def test_a_run_that_was_open_when_it_was_followed_links_both_ways(agents_of_jaeger):
    ids = agents_of_jaeger.run(OPEN)
    (origin,) = agents_of_jaeger.backend.trace(trace_of(ids["run"]))
    (follow_up,) = agents_of_jaeger.backend.trace(trace_of(ids["again"]))
    for span, other, kind in ((origin, follow_up, "followed_by"), (follow_up, origin, "follow_up")):
        (link,) = span.links
        assert (link.trace_id, link.attributes["warpmetrics.link.type"]) == (other.trace_id, kind)


def test_a_search_finds_by_attributes_of_spans(recorded):
    assert recorded.found(warpmetrics__chain__id=recorded.run) == {trace_of(recorded.again)}
    assert recorded.found(warpmetrics__follows__run__id=recorded.run) == {trace_of(recorded.again)}
    assert recorded.found(warpmetrics__follows__act__name="retry") == {trace_of(recorded.again)}
    assert recorded.found(warpmetrics__opts__attempt="2") == {trace_of(recorded.again)}
    assert recorded.found(warpmetrics__run__id=recorded.run) == {trace_of(recorded.run)}


def test_a_search_finds_by_attributes_of_events(recorded):
    assert recorded.found(warpmetrics__outcome__name="Merged") == {trace_of(recorded.run)}
    assert recorded.found(warpmetrics__outcome__classification="failure") == {trace_of(recorded.run)}


def test_a_search_does_not_find_by_links_or_status(recorded):
    assert recorded.found(warpmetrics__link__type="follow_up") == set()
    assert recorded.jaeger.trace(trace_of(recorded.run))[0].status == "ERROR"
    assert recorded.found(error="true") == set()


def test_the_newer_endpoint_leaves_attributes_out_of_a_search(recorded):
    query = urllib.parse.urlencode(
        {
            "query.service_name": recorded.service,
            "query.start_time_min": "2000-01-01T00:00:00Z",
            "query.start_time_max": "2100-01-01T00:00:00Z",
            "query.num_traces": 100,
            "query.attributes": json.dumps({"warpmetrics.run.id": recorded.run}),
        }
    )
    with urllib.request.urlopen(f"{recorded.jaeger.query_url}/api/v3/traces?{query}", timeout=PATIENCE_S) as answer:
        said = answer.read().decode()
    assert recorded.run in said
    assert recorded.again in said


def test_outcomes_and_acts_are_shown_as_logs_with_their_opts(recorded):
    logs = recorded.on_page(recorded.run)["invoke_workflow Writer"]["logs"]
    fields = [{field["key"]: field["value"] for field in log["fields"]} for log in logs]
    assert {field["event"]: field["warpmetrics.opts"] for field in fields} == {
        "warpmetrics.outcome": '{"score":3}',
        "warpmetrics.act": '{"attempt":2}',
    }


def test_a_carrier_has_no_length_which_jaeger_takes_for_a_mistake(recorded):
    carrier = recorded.on_page(recorded.run)["warpmetrics.outcome"]
    assert carrier["duration"] == 0
    assert any("Negative duration" in warning for warning in carrier["warnings"])


def test_nothing_is_cut(recorded):
    (root,) = [span for span in recorded.jaeger.trace(trace_of(recorded.run)) if not span.parent_id]
    assert json.loads(root.attributes["warpmetrics.opts"]) == {"note": "x" * LONG}

"""Tempo cuts attributes at 2,048 bytes unless told otherwise: what is left of opts reads back, marked as cut."""

import json
import subprocess
import sys

import pytest

from tests.e2e.agents import Agents
from tests.e2e.native_ids import trace_of
from tests.e2e.tempo import started_tempo
from tests.patience import PATIENCE_S

LIMIT = 2048
# Of what stands behind the long text nothing is left in the JSON, and all of it in its searchable copy.
PROGRAM = """
with wm.run("Writer", {"n": 1, "note": "x" * 3000, "after": "kept as a copy"}) as run:
    wm.record_call(run, provider="local", model="tiny", tokens={"prompt": 12, "completion": 40}, opts={"note": "short"})
    outcome = wm.outcome(run, "Failed", {"score": 3, "reason": "y" * 3000, "more": True})
    act = wm.act(outcome, "retry", {"attempt": 2, "prompts": ["z" * 1000] * 3})
with wm.run("Writer", {"title": "漢" * 1500}, follows=act) as again:
    wm.outcome(again, "Completed")
wm.flush()
show(run=run.id, again=again.id)
"""


@pytest.fixture(scope="module")
def runs(agents_of_tempo):
    ids = agents_of_tempo.run(PROGRAM)
    # Only searched for: what was cut within a character is no protobuf.
    for run in ids.values():
        agents_of_tempo.backend.query(f'{{ trace:id = "{trace_of(run)}" }}')
    return ids


@pytest.fixture(scope="module")
def chain(agents_of_tempo, runs):
    """The chain as the command reads it, given its second run."""
    return json.loads(said(agents_of_tempo.backend, runs["again"], "--json"))["chains"][0]


def said(tempo, run, *options):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from warpmetrics_otel.cli import main; main()",
            "chain",
            run,
            "--tempo",
            tempo.query_url,
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tempo_keeps_the_first_bytes_and_says_nothing(agents_of_tempo, runs):
    spans = agents_of_tempo.backend.trace(trace_of(runs["run"]), until=lambda spans: len(spans) == 2)
    (root,) = [span for span in spans if not span.parent_id]
    whole = json.dumps({"n": 1, "note": "x" * 3000, "after": "kept as a copy"}, separators=(",", ":"))
    assert root.attributes["warpmetrics.opts"] == whole[:LIMIT]
    assert {len(event.attributes["warpmetrics.opts"]) for event in root.events} == {LIMIT}


def test_with_a_higher_limit_it_keeps_all(tempo_binary):
    with started_tempo(tempo_binary, distributor={"max_attribute_bytes": 65536}) as roomy:
        run = Agents(roomy, "http/protobuf").run(PROGRAM)["run"]
        spans = roomy.trace(trace_of(run), until=lambda spans: len(spans) == 2)
    (root,) = [span for span in spans if not span.parent_id]
    assert json.loads(root.attributes["warpmetrics.opts"])["note"] == "x" * 3000


def test_opts_of_a_run_read_back_as_far_as_they_exist(chain):
    first, _ = chain["runs"]
    left = "x" * (LIMIT - len('{"n":1,"note":"'))
    assert first["opts"] == {"n": 1, "note": left, "after": "kept as a copy"}
    assert first["optsCut"] is True


def test_opts_of_an_outcome_and_an_act_do_too(chain):
    (outcome,) = chain["runs"][0]["outcomes"]
    (act,) = outcome["acts"]
    beginning = '{"score":3,"reason":"'
    assert outcome["opts"] == {"score": 3, "reason": "y" * (LIMIT - len(beginning))}
    beginning = '{"attempt":2,"prompts":["'
    assert act["opts"]["attempt"] == 2
    assert act["opts"]["prompts"] == ["z" * 1000, "z" * 1000, "z" * (LIMIT - len(beginning) - 2006)]
    assert (outcome["optsCut"], act["optsCut"]) == (True, True)


def test_a_copy_that_is_cut_in_the_middle_of_a_character_costs_no_more_than_that(chain):
    _, again = chain["runs"]
    assert again["optsCut"] is True
    # Three bytes each in the copy, six in the JSON; each byte of the last one comes back as a mark.
    assert again["opts"] == {"title": "漢" * (LIMIT // 3) + "\ufffd" * (LIMIT % 3)}


def test_what_is_short_enough_is_not_marked(chain):
    (call,) = chain["runs"][0]["calls"]
    assert (call["opts"], call["optsCut"]) == ({"note": "short"}, False)
    assert chain["runs"][1]["outcomes"][0]["optsCut"] is False


def test_the_tree_says_what_was_cut(agents_of_tempo, runs):
    lines = said(agents_of_tempo.backend, runs["run"]).splitlines()
    assert [("(cut)" in line) for line in lines if "Outcome" in line or "Act" in line] == [True, True, False]

"""`acts` and `runs`: what they print for people and for programs, and the pages they write."""

import json

import pytest

from tests.read.agent_spans import SpanFile, act, native, outcome
from tests.read.statistics import two_hundred
from tests.read.statistics.comparing import EXPECTED, expected_with_merged, matches

pytestmark = pytest.mark.otlp_file

FOUND, NOTHING_FOUND, COULD_NOT_LOOK, INCOMPLETE = 0, 1, 2, 3


@pytest.fixture(scope="module")
def spans(tmp_path_factory):
    path = tmp_path_factory.mktemp("spans") / "spans.jsonl"
    path.write_text(json.dumps(two_hundred.document(two_hundred.Writer().write(two_hundred.CHAINS))) + "\n")
    return path


def cells(shown):
    """The lines of a table, with one space between words."""
    return [" ".join(line.split()) for line in shown.splitlines()]


@pytest.mark.parametrize("kind", ["acts", "runs"])
def test_json_for_programs(run, spans, kind):
    code, shown, said = run(kind, "--json", "--otlp-file", spans)

    found = json.loads(shown)
    assert (code, said) == (FOUND, "")
    assert found.keys() == {kind, "incomplete"}
    assert matches(found[kind], EXPECTED[kind])
    assert found["incomplete"] == []


@pytest.mark.parametrize("kind", ["acts", "runs"])
def test_a_name_declared_a_success(run, spans, kind):
    _, shown, _ = run(kind, "--json", "--success", "other", "--success", "merged", "--otlp-file", spans)

    assert matches(json.loads(shown)[kind], expected_with_merged()[kind])


def test_acts_as_a_table(run, spans):
    code, shown, said = run("acts", "--otlp-file", spans)

    assert (code, said) == (FOUND, "")
    lines = cells(shown)
    assert lines[0] == "Act Times Success Ended in Did Took"
    assert lines[2:5] == [
        "retry 70 100% ✓ 50 success 70 better 2.7 s",
        "70 followed 50 of 50 ● 20 unclassified score +4 269 tokens",
        "$0.002",
    ]
    assert "escalate 10" in lines
    assert "decompose 10 50% ✓ 10 success 20 better 695 ms" in lines


def test_runs_as_tables(run, spans):
    code, shown, said = run("runs", "--otlp-file", spans)

    assert (code, said) == (FOUND, "")
    lines = cells(shown)
    assert lines[0] == "Label Runs Ended in Chains Succeeded Took"
    assert lines[2:6] == [
        "Writer 220 ✓ 130 success 130 46% first try 1.5 s",
        "● 90 unclassified 1.69 attempts 54% retried 189.5 tokens",
        "at most 3 of 130 chains $0.001",
        "",
    ]
    assert "Code review Merged ● unclassified 15" in lines
    assert "Support Rejected ✗ failure 10" in lines


def test_one_run_is_told_of_in_the_singular(run, tmp_path):
    file = SpanFile(tmp_path / "one.jsonl")
    file.run(1, "Writer", events=[outcome(1, "Completed", classification="success")])
    file.close()
    shown = run("runs", "--otlp-file", file.path)[1]
    assert cells(shown)[3].startswith("1 attempt 0% retried")
    assert cells(shown)[4].endswith("at most 1 of 1 chain")


def test_of_a_label_alone(run, spans):
    code, shown, _ = run("runs", "--label", "Part", "--json", "--otlp-file", spans)

    assert (code, [of["label"] for of in json.loads(shown)["runs"]]) == (FOUND, ["Part"])


def test_names_are_shown_not_obeyed(run, tmp_path):
    file = SpanFile(tmp_path / "spans.jsonl")
    hostile = "[red]x[/red]\x1b[2J"
    events = [outcome(1, hostile), act(1, hostile, 1)]
    file.run(1, hostile, events=events)
    file.close()

    for kind in ("acts", "runs"):
        _, shown, _ = run(kind, "--otlp-file", file.path)
        assert "[red]x[/red]\N{REPLACEMENT CHARACTER}[2J" in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("kind", "word"), [("acts", "switch-model"), ("runs", "Below Threshold"), ("chain", "refine-prompt")]
)
def test_a_page(run, spans, tmp_path, kind, word):
    page = tmp_path / "page.html"

    code, shown, said = run(kind, "--otlp-file", spans, "--html", page)

    assert (code, said) == (FOUND, "")
    assert word in shown
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert word in html
    assert str(spans) in html


def test_a_page_of_one_chain_beside_json(run, spans, tmp_path):
    _, shown, _ = run("chain", "--json", "--otlp-file", spans)
    wanted = json.loads(shown)["chains"][0]["id"]

    code, shown, _ = run("chain", wanted, "--otlp-file", spans, "--json", "--html", tmp_path / "page.html")

    assert (code, [chain["id"] for chain in json.loads(shown)["chains"]]) == (FOUND, [wanted])
    assert (tmp_path / "page.html").read_text().count('<article class="chain"') == 1


@pytest.mark.parametrize("kind", ["acts", "runs", "chain"])
def test_a_page_that_cannot_be_written(run, spans, tmp_path, kind):
    code, shown, said = run(kind, "--otlp-file", spans, "--html", tmp_path)

    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert said.startswith(f"warpmetrics-otel: Cannot write {tmp_path}: ")


def test_chains_without_acts(run, tmp_path):
    file = SpanFile(tmp_path / "spans.jsonl")
    file.run(1, "Writer")
    file.close()

    code, shown, said = run("acts", "--otlp-file", file.path)

    assert (code, shown) == (NOTHING_FOUND, "")
    assert f"There are no acts in the 1 chain of {file.path}." in said


def test_chains_of_which_no_run_was_read(run, tmp_path):
    file = SpanFile(tmp_path / "spans.jsonl")
    run_id = native("run", 1)
    file.call(1, run_id, run_id)
    file.close()

    code, shown, said = run("runs", "--otlp-file", file.path)

    assert (code, shown) == (NOTHING_FOUND, "")
    assert f"No run was read of the 1 chain in {file.path}." in said


@pytest.mark.parametrize("kind", ["acts", "runs"])
def test_what_is_incomplete_is_in_the_document_too(run, spans, tmp_path, kind):
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(spans.read_bytes() + b'{"resourceSpans": [')

    code, shown, said = run(kind, "--json", "--otlp-file", cut)

    (reason,) = json.loads(shown)["incomplete"]
    assert (code, reason in said) == (INCOMPLETE, True)
    assert matches(json.loads(shown)[kind], EXPECTED[kind])

"""Statistics of two hundred chains, against numbers that were worked out by hand: see derivation.md."""

import ast
import json
from pathlib import Path

import pytest

from tests.read.statistics import two_hundred
from tests.read.statistics.comparing import EXPECTED, expected_with_merged, matches
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.read.statistics import Judge, act_statistics, acts_as_json, run_statistics, runs_as_json


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    path = tmp_path_factory.mktemp("two hundred") / "spans.jsonl"
    spans = two_hundred.Writer().write(two_hundred.CHAINS)
    with path.open("w") as lines:
        for start in range(0, len(spans), 7):
            lines.write(json.dumps(two_hundred.document(spans[start : start + 7])) + "\n")
    return assemble(read_spans(path))


def test_what_writes_them_knows_nothing_of_what_reads_them():
    tree = ast.parse(Path(two_hundred.__file__).read_text())
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported == {"dataclasses", "hashlib", "json"}


def test_two_hundred_chains_come_back(chains):
    assert len(two_hundred.CHAINS) == len(chains.chains) == 200
    assert sum(len(chain.runs) for chain in chains.chains) == 355
    assert chains.unattached == []


def test_acts(chains):
    assert matches(acts_as_json(act_statistics(chains, Judge()))["acts"], EXPECTED["acts"])


def test_runs(chains):
    assert matches(runs_as_json(run_statistics(chains, Judge()))["runs"], EXPECTED["runs"])


@pytest.mark.parametrize("name", ["Merged", "  mERGED "])
def test_a_name_declared_a_success(chains, name):
    judge = Judge([name])
    expected = expected_with_merged()

    assert matches(acts_as_json(act_statistics(chains, judge))["acts"], expected["acts"])
    assert matches(runs_as_json(run_statistics(chains, judge))["runs"], expected["runs"])

"""Every test that the page on backends names beside a statement is there."""

import ast
import re

import pytest

from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE)))


def functions(file):
    tree = ast.parse((ROOT / "tests" / "e2e" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_is_named_as_proof_exists(file, name):
    assert not name or name in functions(file)


def test_every_row_of_what_can_be_asked_has_its_proof():
    _, _, asked = PAGE.partition("## What can be asked")
    rows = [line for line in asked.splitlines() if line.startswith("| ") and not line.startswith("| to find")]
    assert rows
    assert [row for row in rows if "`test_" not in row and "the same |" not in row] == []

"""The list of examples names each of them, and nothing that is not there."""

import re

import pytest

from tests.wheel import ROOT

EXAMPLES = ROOT / "examples"
HELPERS = {"local_model.py", "serve.py"}
LINK = re.compile(r"\]\(([^)#:]+)\)")


def test_every_example_is_listed():
    listed = set(LINK.findall((EXAMPLES / "README.md").read_text()))
    programs = {path.name for path in EXAMPLES.glob("*.py")} - HELPERS
    folders = {f"{path.parent.name}/README.md" for path in EXAMPLES.glob("*/*") if path.suffix in {".py", ".yaml"}}
    assert listed == programs | folders


@pytest.mark.parametrize("readme", [path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("README.md")], ids=str)
def test_links_lead_to_files(readme):
    folder = (EXAMPLES / readme).parent
    assert [link for link in LINK.findall((EXAMPLES / readme).read_text()) if not (folder / link).is_file()] == []

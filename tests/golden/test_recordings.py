"""The recordings themselves: whole, small, and without anything that tells the machine they were made on."""

import json
import re
from pathlib import Path

import pytest

from tests.golden.load import HERE, PACKAGES, golden, programs

FILES = sorted(HERE.glob("*/*.jsonl"))
# Beginnings of absolute paths, but not of the paths of addresses.
PATHS = re.compile(r"(?<![\w.])/(?:home|root|tmp|usr|opt|work|Users|private|builds)/|[A-Z]:\\\\Users")
# The local server and the second service.
ADDRESSES = {"127.0.0.1:18807", "127.0.0.1:18808", "127.0.0.1"}


def wanted(folder):
    """The names of what a package's environment is asked for."""
    if (folder / "package.json").exists():
        return json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[><=]", line)[0] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_recordings_and_says_what_they_were_made_with(package):
    assert programs(package)
    first, *frozen = (HERE / package / "versions.txt").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# Recorded on 20\d\d-\d\d-\d\d with (?:Python|Node\.js) [\d.]+\d\.", first)
    assert {line.partition("==")[0] for line in frozen} >= set(wanted(HERE / package))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recording_is_whole_and_tells_nothing_of_the_machine(path):
    spans = golden(path.parent.name, path.stem)
    ids = [(span.trace_id, span.span_id) for span in spans]
    assert ids
    assert len(set(ids)) == len(ids)
    text = path.read_text(encoding="utf-8")
    assert not PATHS.search(text)
    assert not re.search(r'"key":\s*"(?:host|process|service\.instance)\.', text)
    assert set(re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?", text)) <= ADDRESSES


@pytest.mark.parametrize(
    ("path", "found"),
    [("/tmp/x/lib", True), ('File \\"/root/x', True), ("http://127.0.0.1/work/", False), ("/lib/python3.11/", False)],
)
def test_paths_of_a_machine_are_recognised(path, found):
    assert bool(PATHS.search(path)) is found


def test_the_documentation_names_what_is_recorded():
    page = (HERE.parents[1] / "docs" / "bridge.md").read_text(encoding="utf-8")
    # Clients, and what is only there for the sake of others.
    aside = {"anthropic", "httpx", "langchain-openai", "langgraph", "openai", "openai-agents", "wrapt"}
    asked = {name for package in PACKAGES for name in wanted(HERE / package)}
    recorded = {
        name
        for name in asked - aside
        if not re.match(r"@opentelemetry/|@ai-sdk/(?!otel)|zod$|.*-(?:httpx|wsgi)$", name)
    }
    assert {name for name in recorded if f"`{name}`" not in page} == set()


def test_recordings_stay_small():
    assert sum(path.stat().st_size for path in FILES) < 600_000
    assert max(path.stat().st_size for path in FILES) < 60_000


def test_every_folder_is_loaded():
    recorded = {path.parent.name for path in FILES}
    assert recorded == set(PACKAGES)
    assert recorded == {Path(script).parent.name for script in HERE.glob("*/versions.txt")}

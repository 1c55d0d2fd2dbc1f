"""Every code block of the documentation is run as it stands, from the built wheel, in the order a reader meets them."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Page, pages, read_page
from tests.docs.recorded import EXPECTED
from tests.docs.walk import Walk
from tests.patience import PATIENCE_S
from tests.ports import free_ports
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.testing import ProviderServer

pytestmark = [pytest.mark.wheel, pytest.mark.otlp_file]

# Blocks that cannot run here, by their first words.
CANNOT_RUN = {"docker run": "there is no Docker here; the real Jaeger of the `jaeger` fixture takes its place"}
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
RUN = ("python", "sh", "text")
NOTEBOOK = "docs/recipes/notebook.md"
READING = "docs/reading.md"
WITH_CODE = {page.path: page for page in pages() if any(block.language in RUN[:2] for block in page.blocks)}


def respond(request) -> str:
    """Echo, and rate a text of the writer higher each time it is rewritten."""
    if not request.prompt.startswith("Rate this output"):
        return request.prompt
    return str(next(respond.scores))


@pytest.fixture
def providers():
    respond.scores = iter((3, 6, 9))
    with ProviderServer(respond) as server:
        yield server


@pytest.fixture
def walk_of(tmp_path, wheel_python, providers):
    def walk(page: Page, **replace: str) -> Walk:
        env = {
            "OPENAI_API_KEY": "of-nobody",
            "OPENAI_BASE_URL": providers.openai_base_url,
            "ANTHROPIC_API_KEY": "of-nobody",
            "ANTHROPIC_BASE_URL": providers.anthropic_base_url,
            "WARPMETRICS_OTLP_FILE": str(tmp_path / "runs.jsonl"),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
        }
        return Walk(page, tmp_path, str(wheel_python), env, {"8000": str(*free_ports(1)), **replace})

    return walk


def run_all(walk: Walk) -> None:
    with walk:
        for block in walk.page.blocks:
            if not block.text.startswith(tuple(CANNOT_RUN)):
                walk.run(block)


def recorded(folder: Path) -> list:
    # Ids begin with the time they were made at.
    return sorted(assemble(read_spans(*folder.glob("*.jsonl"))).chains, key=lambda chain: chain.id)


@pytest.mark.parametrize("page", [path for path in WITH_CODE if path not in ("README.md", NOTEBOOK, READING)])
def test_page(page, walk_of, tmp_path):
    run_all(walk_of(WITH_CODE[page]))
    if page in EXPECTED:
        EXPECTED[page](recorded(tmp_path))


def here(jaeger) -> dict[str, str]:
    """Where the Jaeger of a page is."""
    return {"http://localhost:4318": jaeger.otlp_http_url, "http://localhost:16686": jaeger.query_url}


def test_what_a_page_records_is_read_back_from_jaeger(jaeger, walk_of, tmp_path):
    walk = walk_of(WITH_CODE[READING], **here(jaeger))
    run_all(walk)
    EXPECTED[READING](recorded(tmp_path))
    shown = walk.outputs[0]
    of_jaeger, of_file = shown[: shown.index("Chain wm_run_")], shown[shown.index("Chain wm_run_") :]
    assert "Act → retry" in of_jaeger
    assert "Act → retry" in of_file
    assert "Code review" in (tmp_path / "runs.html").read_text()


def test_readme_brings_a_new_user_to_a_chain_in_jaeger(jaeger, walk_of, tmp_path):
    run_all(walk_of(WITH_CODE["README.md"], **here(jaeger)))
    chains = recorded(tmp_path)
    EXPECTED["README.md"](chains)
    first, second = chains[1].runs
    (root,) = jaeger.trace(second.span.trace_id)
    (origin,) = jaeger.trace(first.span.trace_id)
    (link,) = root.links
    assert root.name == "invoke_workflow Code review"
    assert (link.trace_id, link.span_id) == (origin.trace_id, origin.span_id)
    assert {event.name for event in origin.events} == {"warpmetrics.outcome", "warpmetrics.act"}
    assert jaeger.search(root.service, {"warpmetrics.chain.id": first.id}) == {root.trace_id}


def test_notebook(walk_of, tmp_path):
    walk = walk_of(WITH_CODE[NOTEBOOK])
    done = subprocess.run(
        [walk.python, Path(__file__).with_name("notebook.py")],
        input=json.dumps([block.text for block in walk.page.blocks]),
        cwd=tmp_path,
        env=walk.env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Outcome ✓ Completed" in _STYLE.sub("", done.stdout)
    EXPECTED[NOTEBOOK](recorded(tmp_path))


def test_lambda_has_sent_everything_when_its_handler_returns(walk_of, tmp_path):
    walk = walk_of(WITH_CODE["docs/recipes/aws-lambda.md"])
    walk.run(walk.page.blocks[0])
    frozen = "import handler, os; handler.handler({'document': 'a.txt', 'text': ''}, None); os._exit(0)"
    subprocess.run([walk.python, "-c", frozen], cwd=tmp_path, env=walk.env, timeout=PATIENCE_S, check=True)
    assert len(recorded(tmp_path)) == 1


def test_every_block_is_of_a_kind_that_is_run_or_shown():
    kinds = {block.language for page in pages() for block in page.blocks}
    assert kinds <= {*RUN, "mermaid", "toml"}


def test_what_is_shown_as_toml_is_toml():
    assert [tomllib.loads(block.text) for page in pages() for block in page.blocks if block.language == "toml"]


def test_what_cannot_run_is_still_there():
    texts = [block.text for page in WITH_CODE.values() for block in page.blocks]
    assert [words for words in CANNOT_RUN if not any(text.startswith(words) for text in texts)] == []


def test_every_expectation_has_its_page():
    assert [path for path in EXPECTED if not (ROOT / path).exists()] == []


def test_a_page_whose_output_is_another_fails(walk_of, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.docs.markdown.ROOT", tmp_path)
    file = tmp_path / "page.md"
    file.write_text("```sh\necho wm_run_01m804j9pz07canamc317q9ckt 3 ms\n```\n\n```text\nwm_run_… 5 ms\n```\n")
    with pytest.raises(AssertionError, match=r"page\.md:5"):
        run_all(walk_of(read_page(file)))

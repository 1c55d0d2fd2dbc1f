"""The demo, run as `make demo` runs it: what it shows, and that a real Jaeger has what it says was sent there."""

import json
import re
import subprocess

import pytest

from tests.wheel import environment
from warpmetrics_otel import ids
from warpmetrics_otel.read import as_json, assemble, read_spans

pytestmark = pytest.mark.wheel

TREE = """\
Run 1 Writer  attempt=1  2 calls · 18 → 6 tokens · TIME  RUN
├── Group Generate  TIME
│   └── Call gpt-4o  openai · 9 → 5 tokens · TIME
├── Group Self-review  TIME
│   └── Call gpt-4o  openai · 9 → 1 tokens · TIME
└── Outcome ✗ Below Threshold  score=3
    └── Act → retry  targetScore=8 actualScore=3
        └── Run 2 Writer ← follow-up  attempt=2  2 calls · 31 → 10 tokens · TIME  RUN
            ├── Change ▲ better  score 3 → 6 · attempt 1 → 2
            ├── Group Generate  TIME
            │   └── Call gpt-4o  openai · 18 → 9 tokens · TIME
            ├── Group Self-review  TIME
            │   └── Call gpt-4o  openai · 13 → 1 tokens · TIME
            └── Outcome ✗ Below Threshold  score=6
                └── Act → retry  targetScore=8 actualScore=6
                    └── Run 3 Writer ← follow-up  attempt=3  2 calls · 42 → 17 tokens · TIME  RUN
                        ├── Change ▲ better  score 6 → 9 · attempt 2 → 3
                        ├── Group Generate  TIME
                        │   └── Call gpt-4o  openai · 22 → 16 tokens · TIME
                        ├── Group Self-review  TIME
                        │   └── Call gpt-4o  openai · 20 → 1 tokens · TIME
                        └── Outcome ✓ Completed  score=9
Chain RUN: 3 runs · 6 calls · 91 → 33 tokens · TIME
"""


def without_ids_and_times(text):
    text = re.sub(r"wm_run_\w{26}", "RUN", text)
    return re.sub(r"\b[\d.]+ (?:ms|s)\b", "TIME", text)


def test_three_attempts_are_shown_as_the_chain_that_they_are(said_by_example, tmp_path):
    said = said_by_example("demo.py", TMPDIR=str(tmp_path), PYTHONIOENCODING="utf-8")

    assert without_ids_and_times(said).startswith(TREE)
    assert "Sent to" not in said


def test_the_command_that_it_names_shows_the_same(said_by_example, tmp_path, wheel_python):
    said = said_by_example("demo.py", TMPDIR=str(tmp_path), PYTHONIOENCODING="utf-8")
    (file,) = tmp_path.glob("warpmetrics-demo-*/spans.jsonl")
    chains = assemble(read_spans(file)).chains

    assert f"  warpmetrics-otel chain --otlp-file {file} [--json]\n" in said
    command = [wheel_python.with_name("warpmetrics-otel"), "chain", "--otlp-file", file]
    env = environment(PYTHONIOENCODING="utf-8")
    tree = subprocess.run(command, env=env, check=True, capture_output=True, encoding="utf-8").stdout
    assert tree
    assert said.startswith(tree)
    chain = subprocess.run([*command, "--json", chains[0].id], env=env, check=True, capture_output=True).stdout
    assert json.loads(chain) == {**as_json(chains), "incomplete": []}


def test_it_is_in_jaeger_where_it_says(said_by_example, jaeger, tmp_path):
    variables = {"TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8", "OTEL_SERVICE_NAME": "demo-in-a-test"}
    said = said_by_example("demo.py", OTEL_EXPORTER_OTLP_ENDPOINT=jaeger.otlp_http_url, **variables)

    trace_id = re.search(r"/trace/([0-9a-f]{32})\n", said)[1]
    service, chain_id = re.search(r"service (\S+), tag warpmetrics\.chain\.id=(\S+)\n", said).groups()
    assert trace_id == f"{ids.trace_id_of(chain_id):032x}"
    first = jaeger.trace(trace_id, until=lambda spans: len(spans) == 5)
    assert {span.name for span in first} == {"invoke_workflow Writer", "Generate", "Self-review", "chat gpt-4o"}
    followers = {"warpmetrics.chain.id": chain_id}
    assert len(jaeger.search(service, followers, until=lambda found: len(found) == 2)) == 2

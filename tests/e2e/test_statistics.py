"""Statistics of two hundred chains out of real backends: the same numbers as from the file, worked out by hand."""

import json
import subprocess
import sys
import time
import urllib.request
import uuid

import pytest

from tests.patience import PATIENCE_S
from tests.read.statistics import two_hundred
from tests.read.statistics.comparing import EXPECTED, expected_with_merged, matches

MINUTE_NS = 60 * 10**9


@pytest.fixture(
    scope="module",
    params=["jaeger", "tempo"],
)
def stored(request):
    """A backend that holds the chains, as the options of a command that reads them from there."""
    backend = request.getfixturevalue(request.param)
    service = f"two-hundred-{uuid.uuid4()}"
    # Within the last minutes: before Tempo has put spans into blocks, a search looks no further back.
    writer = two_hundred.Writer(service, time.time_ns() - MINUTE_NS, apart_ms=200, late_ms=1_000)
    spans = writer.write(two_hundred.CHAINS)
    for start in range(0, len(spans), 100):
        send(backend.otlp_http_url, two_hundred.document(spans[start : start + 100], service))
    # Each is a trace, which by its id is there before a search finds it; and searches are how the commands begin.
    backend.search(service, {"warpmetrics.entity.type": "run"}, until=lambda found: len(found) == writer.runs)
    return [f"--{request.param}", backend.query_url, "--service", service]


def send(url, document):
    body, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/v1/traces", body, headers), timeout=PATIENCE_S
    ) as answer:
        assert json.load(answer).get("partialSuccess", {}) == {}


def command(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "warpmetrics_otel.cli", *arguments, "--json"],
        capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE_S,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def test_a_backend_gives_the_numbers_of_acts_that_were_worked_out(stored):
    found = command("acts", *stored)

    assert found["incomplete"] == []
    assert matches(found["acts"], EXPECTED["acts"])


def test_a_backend_gives_the_numbers_of_runs_with_a_name_declared_a_success(stored):
    found = command("runs", *stored, "--success", "merged")

    assert found["incomplete"] == []
    assert matches(found["runs"], expected_with_merged()["runs"])


def test_a_label_alone(stored):
    (writer,) = [of for of in EXPECTED["runs"] if of["label"] == "Writer"]

    assert matches(command("runs", *stored, "--label", "Writer")["runs"], [writer])

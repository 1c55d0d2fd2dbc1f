"""A file of spans that a test writes and reads, and the chain that most of these tests are about."""

import pytest

from tests.read.agent_spans import SpanFile, act, native, outcome


@pytest.fixture(autouse=True)
def no_proxy_of_the_machine(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def span_file(tmp_path):
    spans = SpanFile(tmp_path / "spans.jsonl")
    yield spans
    spans.close()


@pytest.fixture
def writer_file(span_file):
    """The self-improving writer: three attempts, each a run with two groups of one call, and the acts between."""
    scores = {1: 3, 2: 6, 3: 9}
    for attempt, score in scores.items():
        at = attempt * 10.0
        run_id = native("run", attempt)
        for phase, label in enumerate(("Generate", "Self-review")):
            number = attempt * 10 + phase
            group_id = span_file.group(number, label, run_id, run_id, start=at + phase, end=at + phase + 1)
            span_file.call(number, group_id, run_id, start=at + phase, end=at + phase + 0.5)
        if score >= 8:
            events = [outcome(attempt, "Completed", at + 3, "success", {"score": score})]
        else:
            events = [
                outcome(attempt, "Below Threshold", at + 3, opts={"score": score}),
                act(attempt, "retry", attempt, at + 3, {"targetScore": 8, "actualScore": score}),
            ]
        common = {"opts": {"attempt": attempt}, "events": events, "start": at, "end": at + 4}
        if attempt == 1:
            span_file.run(1, "Writer", **common)
        else:
            span_file.follow_up(
                attempt, "Writer", attempt - 1, attempt - 1, attempt, 1, outcome_name="Below Threshold", **common
            )
    return span_file.path

"""`warpmetrics-otel convert`, there and back: whole, streaming, and past what cannot be read."""

import gzip
import json
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings

from tests.golden.load import HERE, golden
from tests.translate.batches import batches
from tests.translate.otlp import readable
from tests.translate.test_round_trip import in_order
from warpmetrics_otel import semconv
from warpmetrics_otel.bridge.whole_traces import WholeTraces
from warpmetrics_otel.entities import Batch, Call, Run
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.to_spans import native_to_spans
from warpmetrics_otel.translate.views import Span

typer_testing = pytest.importorskip("typer.testing", reason="needs the extra cli")

AT = "2026-02-01T10:00:00.000Z"
ROWS = {
    "runs": [{"id": "wm_run_abc", "label": "Writer", "opts": {"pr": 42}, "refId": None, "startedAt": AT}],
    "outcomes": [{"id": "wm_oc_1", "refId": "wm_run_abc", "name": "Failed", "opts": None, "timestamp": AT}],
}


@pytest.fixture
def convert(tmp_path):
    """Runs the command; gives its exit code, what it wrote as parsed lines, and what it said."""
    from warpmetrics_otel.commands import app

    def run(*arguments, code=0):
        out = tmp_path / "out"
        done = typer_testing.CliRunner().invoke(app, ["convert", *map(str, arguments), "--output", str(out)])
        assert done.exit_code == code, done.output
        lines = out.read_bytes().splitlines() if out.exists() else []
        return [json.loads(line) for line in lines], done.output.replace("\n", " ")

    return run


def written(path, *lines):
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return path


def together(documents):
    """The rows of several batches as those of one."""
    return in_order(Batch([entity for document in documents for entity in Batch.from_json(document)]).to_json())


def empty(arrays):
    return {kind: arrays.get(kind, []) for kind in ("runs", "groups", "calls", "links", "outcomes", "acts")}


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(batches(), batches())
def test_there_and_back_is_the_identity(convert, tmp_path, first, second):
    given_batches = written(tmp_path / "native.jsonl", first, second)
    nothing = not any(first.values()) and not any(second.values())
    spans, _ = convert(given_batches, "--to", "otlp", code=1 if nothing else 0)
    if nothing:
        return
    back, _ = convert(written(tmp_path / "otlp.jsonl", *spans), "--to", "native")
    assert repeats(first, second) or together(back) == together([first, second])


def repeats(first, second):
    """Whether an id is in both batches: what comes of a contradiction is nobody's to say."""
    keys = [{entity.key for entity in Batch.from_json(arrays)} for arrays in (first, second)]
    return bool(keys[0] & keys[1])


@pytest.mark.parametrize(("package", "program"), [("openinference_langchain", "graph"), ("genai_openai", "chat")])
def test_what_others_recorded_becomes_native(convert, package, program):
    back, _ = convert(HERE / package / f"{program}.jsonl", "--to", "native")
    assert together(back) == in_order(Batch(foreign_to_native(golden(package, program))).to_json())


def test_the_same_file_as_protobuf_and_compressed(convert, tmp_path):
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    expected, _ = convert(HERE / "openinference_langchain" / "graph.jsonl", "--to", "native")
    packed = gzip.compress((HERE / "openinference_langchain" / "graph.jsonl").read_bytes())
    (tmp_path / "packed").write_bytes(packed)
    assert convert(tmp_path / "packed", "--to", "native")[0] == expected
    own = native_to_spans(Batch.from_json(ROWS))
    (tmp_path / "frames").write_bytes(encode_spans([readable(span) for span in own]).SerializeToString())
    assert together(convert(tmp_path / "frames", "--to", "native")[0]) == in_order(empty(ROWS))


def test_batches_come_compressed_and_in_envelopes(convert, tmp_path):
    envelope = Batch.from_json(ROWS).envelope().decode()
    (tmp_path / "batches.gz").write_bytes(gzip.compress(f"{envelope}\n\n".encode()))
    spans, _ = convert(tmp_path / "batches.gz", "--to", "otlp", "--service", "reviews")
    resource = spans[0]["resourceSpans"][0]["resource"]
    assert resource == {"attributes": [{"key": "service.name", "value": {"stringValue": "reviews"}}]}
    assert together(convert(written(tmp_path / "o", *spans), "--to", "native")[0]) == in_order(empty(ROWS))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{\n", "no native batch"),
        ("[1]\n", "has to be an object"),
        ('{"runs": [{"id": 5}]}\n', "has to have a text there"),
        ('{"d": "%%%"}\n', "not base64"),
        ('{"d": "e30"}\n', "not base64"),
        ('{"resourceSpans": []}\n', "OTLP already"),
    ],
)
def test_a_malformed_line_is_named_by_its_number_and_skipped(convert, tmp_path, line, why):
    path = written(tmp_path / "native.jsonl", {"runs": ROWS["runs"]}, line, {"outcomes": ROWS["outcomes"]})
    spans, said = convert(path, "--to", "otlp", code=3)
    assert len(spans) == 2
    assert "line 2" in said
    assert why in said
    assert "1 lines or spans were skipped" in said


def test_malformed_spans_are_named_and_skipped(convert, tmp_path):
    good, _ = convert(written(tmp_path / "native.jsonl", ROWS), "--to", "otlp")
    bad = json.loads(json.dumps(good[0]))
    bad["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = "not hex"
    back, said = convert(written(tmp_path / "otlp.jsonl", "oops\n", bad, *good), "--to", "native", code=3)
    assert together(back) == in_order(empty(ROWS))
    assert "line 1" in said
    assert "which are none" in said


def test_nothing_and_no_file(convert, tmp_path):
    assert "nothing in" in convert(written(tmp_path / "empty"), "--to", "native", code=1)[1]
    assert "There is no file" in convert(tmp_path / "none", "--to", "otlp", code=2)[1]


def test_where_nothing_can_be_read_nothing_is_said_to_be_converted(convert, tmp_path):
    said = convert(written(tmp_path / "native.jsonl", "oops\n"), "--to", "otlp", code=3)[1]
    assert "nothing else becomes otlp" in said


def test_who_reads_it_may_stop_without_a_word(tmp_path):
    batches = written(tmp_path / "native.jsonl", *[ROWS] * 2000)
    command = [sys.executable, "-m", "warpmetrics_otel.cli", "convert", str(batches), "--to", "otlp"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.read(10) == b'{"resource'
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_content_is_left_out_when_told_so(convert, tmp_path):
    chat = HERE / "openinference_openai" / "chat.jsonl"
    with_content, _ = convert(chat, "--to", "native")
    without, _ = convert(chat, "--to", "native", "--no-content")
    assert with_content[0]["calls"][0]["messages"] is not None
    assert (without[0]["calls"][0]["messages"], without[0]["calls"][0]["response"]) == (None, None)
    assert "messages" not in str(convert(written(tmp_path / "n", *with_content), "--to", "otlp", "--no-content")[0])


def test_without_inferring_runs_there_is_nothing_in_what_others_recorded(convert, monkeypatch):
    chat = HERE / "genai_openai" / "chat.jsonl"
    convert(chat, "--to", "native", "--no-infer-runs", code=1)
    monkeypatch.setenv("WARPMETRICS_INFER_RUNS", "false")
    convert(chat, "--to", "native", code=1)
    convert(chat, "--to", "native", "--infer-runs")


def test_a_big_file_is_not_in_memory(convert, tmp_path):
    line = json.dumps({"runs": [{"id": "wm_run_%d", "label": "Writer", "opts": {"text": "x" * 2000}, "refId": None}]})
    path = tmp_path / "big.jsonl"
    with path.open("w") as file:
        file.writelines(f"{line.replace('%d', str(number))}\n" for number in range(5000))
    tracemalloc.start()
    try:
        convert_quietly(path, tmp_path / "spans.jsonl")
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size
    finally:
        tracemalloc.stop()


def convert_quietly(path, out):
    from warpmetrics_otel.commands import app

    done = typer_testing.CliRunner().invoke(app, ["convert", str(path), "--to", "otlp", "--output", str(out)])
    assert done.exit_code == 0


def test_what_does_not_fit_goes_in_parts_without_repeating_runs():
    spans = [span for package in ("pydantic_ai", "genai_openai") for span in golden(package, "chat")]
    root = Span(7, 1, 0, "root", 1, 1, 2, {})
    attributes = next(span.attributes for span in spans if foreign_to_native([span._replace(parent_span_id=0)]))
    # Answers of one id would be one.
    attributes = {name: value for name, value in attributes.items() if name != semconv.GEN_AI_RESPONSE_ID}
    traces = WholeTraces(most=10)
    told = traces.add(root)
    for number in range(2, 40):
        told += traces.add(Span(7, number, 1, "chat", 3, 3, 4, attributes, scope=spans[0].scope))
    told += [entity for entities in traces.rest() for entity in entities]
    assert traces.split == 3
    assert sum(isinstance(entity, Run) for entity in told) == 1
    assert sum(isinstance(entity, Call) for entity in told) == 38

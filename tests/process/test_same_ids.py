"""One trace, told by a processor, by an exporter, by `convert` and by a process that holds only a traceparent."""

import json

import pytest

from tests.deliver.foreign import instrumented, serve
from tests.process.child import python
from warpmetrics_otel import WarpmetricsSpanExporter, WarpmetricsSpanProcessor, ids
from warpmetrics_otel.testing import NativeApi

file_exporter = pytest.importorskip("opentelemetry.exporter.otlp.json.file", reason="needs the file exporter")
typer_testing = pytest.importorskip("typer.testing", reason="needs the extra cli")

KINDS = ("runs", "groups", "calls", "links")
pytestmark = pytest.mark.otlp_file


def rows(of):
    return {kind: sorted(json.dumps(row, sort_keys=True) for row in of(kind)) for kind in KINDS}


def test_whoever_tells_it_it_is_the_same(tmp_path):
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from warpmetrics_otel.commands import app

    spans, batches = tmp_path / "spans.jsonl", tmp_path / "batches.jsonl"
    with NativeApi() as by_processor, NativeApi() as by_exporter:
        exporter = WarpmetricsSpanExporter(api_key=by_exporter.key, api_url=by_exporter.url)
        with instrumented(
            WarpmetricsSpanProcessor(api_key=by_processor.key, api_url=by_processor.url),
            BatchSpanProcessor(exporter),
            BatchSpanProcessor(file_exporter.FileSpanExporter(str(spans))),
        ) as others:
            serve(others)
        done = typer_testing.CliRunner().invoke(app, ["convert", str(spans), "--to", "native", "-o", str(batches)])
        assert done.exit_code == 0, done.output
        [converted] = [json.loads(line) for line in batches.read_text().splitlines()]
        assert rows(by_processor.entities) == rows(by_exporter.entities) == rows(converted.get)
        assert [len(of) for of in rows(converted.get).values()] == [1, 1, 2, 3]


def test_a_process_with_only_a_traceparent_says_what_came_of_the_run():
    with NativeApi() as api:
        with instrumented(WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)) as others, others.span() as root:
            others.call()
        context = root.get_span_context()
        python(
            """
import sys
import warpmetrics_otel as wm

outcome = wm.outcome(sys.argv[1], "Helpful", {"score": 1})
wm.act(outcome, "publish")
wm.shutdown(60)
print("null")
""",
            f"00-{context.trace_id:032x}-{context.span_id:016x}-01",
            OTEL_TRACES_EXPORTER="none",
            WARPMETRICS_API_KEY=api.key,
            WARPMETRICS_API_URL=api.url,
        )
        [run], [outcome], [act] = (api.entities(kind) for kind in ("runs", "outcomes", "acts"))
        assert outcome["refId"] == run["id"] == ids.run_id_of_trace(context.trace_id)
        assert act["refId"] == outcome["id"]
        api.check()

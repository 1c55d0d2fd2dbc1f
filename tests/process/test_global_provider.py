"""The global provider: used when it is there, taken up when it comes later, and never set unasked."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.process.child import by_name, python, written

_SETUP = """
import json, logging, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
import warpmetrics_otel as wm

class Said(logging.Handler):
    def emit(self, record):
        said.append([record.levelname, record.getMessage()])

said = []
logging.getLogger("warpmetrics_otel").addHandler(Said())
logging.getLogger("warpmetrics_otel").setLevel(logging.INFO)
exporter = InMemorySpanExporter()

def set_provider():
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)

def names():
    return [span.name.removeprefix("invoke_workflow ") for span in exporter.get_finished_spans()]

def is_global():
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
"""


def script(body: str) -> str:
    return _SETUP + dedent(body)


def test_the_one_that_is_there_is_used() -> None:
    seen = python(
        script("""
        set_provider()
        wm.run("review").end()
        print(json.dumps([names(), said]))
        """)
    )
    assert seen == [["review"], []]


def test_it_is_never_set_unasked() -> None:
    assert (
        python(
            script("""
        wm.run("review").end()
        wm.configure(span_content=True)
        wm.run("review").end()
        wm.flush()
        print(json.dumps(is_global()))
        """)
        )
        is False
    )


def test_it_is_set_when_asked_and_others_record_with_it(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.json.file", reason="needs opentelemetry-exporter-otlp-json-file")
    file = tmp_path / "spans.jsonl"
    python(
        script("""
        wm.configure(set_global=True, otlp_file=sys.argv[1])
        with wm.run("review"), trace.get_tracer("others").start_as_current_span("http"):
            pass
        wm.flush()
        """),
        str(file),
    )
    spans = by_name(written(file))
    assert spans["http"]["parentSpanId"] == spans["invoke_workflow review"]["spanId"]


def test_another_one_is_not_replaced_even_when_asked() -> None:
    assert "another global tracer provider" in python(
        script("""
        set_provider()
        try:
            wm.configure(set_global=True, tracer_provider=TracerProvider())
        except ValueError as error:
            print(json.dumps(str(error)))
        """)
    )


def test_one_that_comes_later_is_taken_up_with_one_info() -> None:
    names, said = python(
        script("""
        wm.configure()
        set_provider()
        for label in ("first", "second"):
            wm.run(label).end()
        print(json.dumps([names(), said]))
        """)
    )
    assert names == ["first", "second"]
    assert [level for level, _ in said] == ["INFO"]


def test_one_that_comes_after_runs_takes_the_new_ones() -> None:
    names, levels = python(
        script("""
        before = wm.run("before")
        set_provider()
        wm.run("after").end()
        before.end()
        print(json.dumps([names(), [level for level, _ in said]]))
        """)
    )
    assert names == ["after"]
    assert levels == ["WARNING", "INFO"]


@pytest.mark.otlp_file
def test_the_file_gets_what_a_later_provider_gets(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    seen = python(
        script("""
        wm.configure(otlp_file=sys.argv[1])
        wm.run("before").end()
        set_provider()
        wm.run("after").end()
        print(json.dumps(names()))
        """),
        str(file),
    )
    assert seen == ["after"]
    assert {span["name"] for span in written(file)} == {"invoke_workflow before", "invoke_workflow after"}


@pytest.mark.otlp_file
def test_a_provider_that_takes_no_processors_gives_the_file_no_more_and_says_so(tmp_path: Path) -> None:
    said = python(
        script("""
        wm.configure(otlp_file=sys.argv[1])
        trace.set_tracer_provider(trace.NoOpTracerProvider())
        wm.run("after").end()
        print(json.dumps(said))
        """),
        str(tmp_path / "spans.jsonl"),
    )
    assert ["WARNING", "otlp_file gets no more runs: the provider that was set takes no span processors"] in said
    assert json.dumps(said).count("otlp_file") == 1

"""Conventions that installed packages bring: found where spans of others are read, left out where they are broken."""

import json
import logging

import pytest

import warpmetrics_otel as wm
from tests.deliver.foreign import instrumented
from tests.translate.spans import span
from warpmetrics_otel import WarpmetricsSpanProcessor
from warpmetrics_otel.installed_dialects import find_dialects
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.translate.dialects import kind_of, registry
from warpmetrics_otel.translate.to_otlp_json import otlp_line

MODULE = """
import warpmetrics_otel as wm


def kind(name, attributes, scope):
    return "call"


def call(span):
    return wm.CallFacts(provider="acme", model=span.attributes["acme.model"])


DIALECT = wm.Dialect("acme", evidence={"acme.model"}, kind=kind, call=call)
NO_EVIDENCE = wm.Dialect("silent", evidence=(), kind=kind, call=call)
NOT_ONE = "acme"
"""
ASKED = {"acme.model": "acme-1"}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package with these entry points, as far as Python can tell."""

    def install(**entries):
        (tmp_path / "acme_dialect.py").write_text(MODULE)
        (tmp_path / "acme_broken.py").write_text("raise RuntimeError('no licence')")
        about = tmp_path / "acme-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        lines = [f"{name} = {value}\n" for name, value in entries.items()]
        (about / "entry_points.txt").write_text("[warpmetrics_otel_dialect]\n" + "".join(lines))
        monkeypatch.syspath_prepend(tmp_path)

    find_dialects.cache_clear()
    yield install
    find_dialects.cache_clear()
    registry.restore()


def test_a_processor_reads_with_it(install):
    install(acme="acme_dialect:DIALECT")
    with NativeApi() as api:
        processor = WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)
        with instrumented(processor) as others, others.span("ask", ASKED):
            pass
        assert [(call["provider"], call["model"]) for call in api.entities("calls")] == [("acme", "acme-1")]


@pytest.mark.parametrize("arguments", [["convert", "--to", "native"], ["chain", "--json", "--otlp-file"]])
def test_commands_read_with_it(install, tmp_path, arguments):
    typer_testing = pytest.importorskip("typer.testing", reason="needs the extra cli")
    from warpmetrics_otel.commands import app

    install(acme="acme_dialect:DIALECT")
    path = tmp_path / "spans.jsonl"
    path.write_bytes(otlp_line([span("ask", ASKED)], {}))
    done = typer_testing.CliRunner().invoke(app, [*arguments, str(path)])
    assert done.exit_code == 0, done.output
    assert "acme-1" in json.dumps(done.output)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("acme_broken:DIALECT", "RuntimeError: no licence"),
        ("acme_missing:DIALECT", "ModuleNotFoundError: No module named 'acme_missing'"),
        ("acme_dialect:MISSING", "AttributeError"),
        ("acme_dialect:NOT_ONE", "TypeError: it is a str, where a Dialect is expected"),
        ("acme_dialect:NO_EVIDENCE", "ValueError: the dialect 'silent' has the evidence ()"),
    ],
)
def test_one_that_is_broken_is_named_and_left_out(install, caplog, broken, why):
    install(broken=broken, acme="acme_dialect:DIALECT")
    find_dialects()
    find_dialects()
    [warning] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warning.startswith(f"the dialect broken that is installed as {broken} cannot be used")
    assert why in warning
    assert kind_of("ask", ASKED) == "call"


@pytest.mark.parametrize("first", ["registered", "installed"])
def test_one_that_is_registered_goes_before_one_that_is_installed(install, first):
    install(acme="acme_dialect:DIALECT")
    mine = wm.Dialect("acme", {"acme.model"}, lambda *_: "group", lambda _: wm.CallFacts())
    steps = [lambda: wm.register_dialect(mine), find_dialects]
    for step in steps if first == "registered" else reversed(steps):
        step()
    assert kind_of("ask", ASKED) == "group"

"""The command line, run as users run it: as a process, with its exit codes and its two streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.read.agent_spans import SpanFile, native, outcome
from warpmetrics_otel.read import as_json, assemble, read_spans

pytestmark = pytest.mark.otlp_file

FOUND, NOTHING_FOUND, COULD_NOT_LOOK, INCOMPLETE = 0, 1, 2, 3


def command(*arguments, env=None, program=("-m", "warpmetrics_otel.cli"), cwd=None):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("WARPMETRICS_", "OTEL_"))}
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE_S,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **(env or {})}, cwd=cwd,
    )  # fmt: skip


@pytest.fixture
def spans(tmp_path):
    """Two chains of one run each, one of them with a label that only a UTF-8 terminal can show."""
    file = SpanFile(tmp_path / "spans.jsonl")
    file.run(1, "Écrivain", events=[outcome(1, "Completed", classification="success")])
    file.run(2, "Reviewer", start=5)
    file.close()
    return file.path


def test_all_chains_as_trees(spans):
    done = command("chain", "--otlp-file", spans)

    assert (done.returncode, done.stderr) == (FOUND, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Run Écrivain  1.0 s")
    assert lines[1] == "└── Outcome ✓ Completed"
    assert lines[3] == ""
    assert lines[4].startswith("Run Reviewer")
    assert "\x1b" not in done.stdout


def test_the_chain_of_an_id_alone(spans):
    done = command("chain", native("oc", 1), "--otlp-file", spans)

    assert done.returncode == FOUND
    assert "Écrivain" in done.stdout
    assert "Reviewer" not in done.stdout


def test_json_for_programs(spans):
    done = command("chain", "--json", native("run", 2), "--otlp-file", spans)

    chains = assemble(read_spans(spans))
    assert done.returncode == FOUND
    assert json.loads(done.stdout) == {**as_json([chains.chains[1]]), "incomplete": []}


def test_json_of_all_chains_has_what_is_unattached(spans):
    file = SpanFile(spans)
    file.carrier(outcome(9, "Merged"), target_id=native("grp", 99))
    file.close()

    everything = json.loads(command("chain", "--json", "--otlp-file", spans).stdout)
    tree = command("chain", "--otlp-file", spans)

    assert [each["name"] for each in everything["unattached"]] == ["Merged"]
    assert (tree.returncode, "1 outcomes or acts are about something" in tree.stderr) == (FOUND, True)


def test_several_files_from_options_and_from_the_environment(spans, tmp_path):
    other = SpanFile(tmp_path / "other.jsonl")
    other.run(3, "Third")
    other.close()

    by_option = command("chain", "--otlp-file", spans, "--otlp-file", other.path)
    by_variable = command("chain", env={"WARPMETRICS_OTLP_FILE": str(spans)})

    assert by_option.stdout.count("Chain ") == 3
    assert by_variable.stdout.count("Chain ") == 2


def test_a_file_that_is_not_there(tmp_path):
    done = command("chain", "--otlp-file", tmp_path / "none.jsonl")

    assert (done.returncode, done.stdout) == (COULD_NOT_LOOK, "")
    assert done.stderr == f"warpmetrics-otel: There is no file {tmp_path}/none.jsonl.\n"


def test_a_file_that_is_a_folder(tmp_path):
    done = command("chain", "--otlp-file", tmp_path)

    assert (done.returncode, done.stdout) == (COULD_NOT_LOOK, "")
    assert done.stderr.startswith(f"warpmetrics-otel: Cannot read {tmp_path}: ")


def test_nowhere_to_read_from():
    done = command("chain")

    assert (done.returncode, done.stdout) == (COULD_NOT_LOOK, "")
    assert "--otlp-file FILE" in done.stderr
    assert "WARPMETRICS_OTLP_FILE" in done.stderr


def test_a_file_without_runs(tmp_path):
    (tmp_path / "empty.jsonl").touch()

    done = command("chain", "--otlp-file", tmp_path / "empty.jsonl")

    assert (done.returncode, done.stdout) == (NOTHING_FOUND, "")
    assert f"No runs found in {tmp_path}/empty.jsonl" in done.stderr


@pytest.mark.parametrize("wanted", [native("run", 99), "nonsense", "\x1b[2J"])
def test_an_id_that_is_not_there(spans, wanted):
    done = command("chain", wanted, "--otlp-file", spans)

    assert (done.returncode, done.stdout) == (NOTHING_FOUND, "")
    assert f"{wanted.replace(chr(27), chr(0xFFFD))} is in none of the 2 chains" in done.stderr


def test_unreadable_lines_are_told_and_the_rest_is_shown(spans):
    whole = spans.read_text()
    spans.write_text("nonsense\n" + whole + whole[:100])

    done = command("chain", "--otlp-file", spans)

    assert done.returncode == INCOMPLETE
    assert done.stdout.count("Chain ") == 2
    first, last = done.stderr.splitlines()
    assert first.startswith(f"warpmetrics-otel: Skipped {spans}, line 1: not JSON")
    assert last.startswith(f"warpmetrics-otel: Skipped {spans}, line 4: the file ends in the middle of a line")


def test_a_terminal_that_cannot_show_everything(spans):
    done = command("chain", "--otlp-file", spans, env={"PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr) == (FOUND, "")
    assert "?crivain" in done.stdout


def test_a_reader_that_stops_early(spans):
    file = SpanFile(spans)
    for number in range(3, 400):
        file.run(number, "x" * 100)
    file.close()

    done = subprocess.run(
        f"{sys.executable} -m warpmetrics_otel.cli chain --otlp-file {spans} | head -1",
        shell=True, capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE_S,
    )  # fmt: skip

    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_version_and_help():
    version, help_text, nothing = command("--version"), command("chain", "--help"), command()

    assert (version.returncode, version.stdout.split(" ")[0]) == (FOUND, "warpmetrics-otel")
    assert version.stdout.strip()[-1].isdigit()
    assert (help_text.returncode, "--otlp-file" in help_text.stdout) == (FOUND, True)
    assert "chain" in nothing.stdout + nothing.stderr


@pytest.mark.parametrize("package", ["rich", "typer", "jinja2"])
def test_without_the_extra_it_says_what_to_install(spans, package, tmp_path):
    program = f"import sys; sys.modules[{package!r}] = None; from warpmetrics_otel.cli import main; main()"

    done = command("chain", "--otlp-file", spans, "--html", tmp_path / "page.html", program=("-c", program))

    assert (done.returncode, done.stdout) == (COULD_NOT_LOOK, "")
    assert f"the package '{package}', which is not installed" in done.stderr
    assert "pip install 'warpmetrics-otel[cli]'" in done.stderr


def test_the_command_is_installed():
    done = subprocess.run(
        [Path(sys.executable).with_name("warpmetrics-otel"), "--version"],
        capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE_S,
    )  # fmt: skip

    assert (done.returncode, done.stdout.startswith("warpmetrics-otel ")) == (FOUND, True)

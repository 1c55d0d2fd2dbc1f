"""What the wheel holds, seen from the environment that it is installed in."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.wheel import environment

pytestmark = pytest.mark.wheel


def test_the_examples_run_with_the_wheel_and_not_with_the_project(wheel_python, examples):
    code = "import importlib.resources as r, warpmetrics_otel as w; print(w.__file__); print(r.files(w) / 'py.typed')"
    done = subprocess.run(
        [wheel_python, "-c", code], env=environment(), cwd=examples, capture_output=True, text=True, check=True
    )
    module, marker = map(Path, done.stdout.split())
    assert module.is_relative_to(wheel_python.parents[1])
    assert marker.exists()


def test_the_command_is_installed(wheel_python, tmp_path):
    command = wheel_python.with_name("warpmetrics-otel")
    done = subprocess.run(
        [command, "--version"], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"warpmetrics-otel {version('warpmetrics-otel')}\n"


def test_the_command_shows_what_an_example_recorded(wheel_python, said_by_example, tmp_path):
    first = said_by_example("run_follow_up.py", WARPMETRICS_OTLP_FILE="runs.jsonl").strip()
    command = [wheel_python.with_name("warpmetrics-otel"), "chain", "--otlp-file", "runs.jsonl", first]
    done = subprocess.run(command, env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True)
    words = ["Run 1", first, "Failed", "retry", "Run 2", "Completed", "2 runs"]
    assert [word for word in words if word in done.stdout] == words
    assert done.stderr == ""


def test_what_is_installed_fits_together(wheel_python):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", wheel_python, "check"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout

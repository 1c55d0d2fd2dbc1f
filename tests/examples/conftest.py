"""Examples are run from the built wheel, in a copy of their folder that has nothing of the project around it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.wheel import ROOT, environment
from warpmetrics_otel.read import Chains, assemble, read_spans


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples, outside the project."""
    copy = tmp_path_factory.mktemp("examples") / "examples"
    return shutil.copytree(ROOT / "examples", copy, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def said_by_example(wheel_python: Path, examples: Path, tmp_path: Path) -> Callable[..., str]:
    """A function that runs an example without a key, with these variables, and gives what it printed."""

    def run(name: str, **variables: str) -> str:
        done = subprocess.run(
            [wheel_python, examples / name],
            env=environment(**variables),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    return run


@pytest.fixture
def run_example(said_by_example: Callable[..., str], tmp_path: Path) -> Callable[[str], Chains]:
    """A function that runs an example and gives the chains that it recorded."""

    def run(name: str) -> Chains:
        spans = tmp_path / "spans.jsonl"
        said_by_example(name, WARPMETRICS_OTLP_FILE=str(spans))
        return assemble(read_spans(spans))

    return run

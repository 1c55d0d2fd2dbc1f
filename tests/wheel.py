"""The package as users get it: a wheel, built here and installed into a fresh environment.

Shared by the tests of the examples and of the documentation. What they run must not see `src/`: neither PYTHONPATH
nor the environment that the tests run in reaches it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.session import folder_of_session

ROOT = Path(__file__).parents[1]
_EXTRAS = "cli,openai,anthropic"
_GROUP = "examples"
# What decides where spans go or whom a client asks must come from the test.
_OURS = ("OTEL_", "WARPMETRICS_", "OPENAI_", "ANTHROPIC_", "PYTHON", "PYTEST_", "VIRTUAL_ENV", "COV")


@pytest.fixture(scope="session")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the built wheel, its extras and what the examples need besides."""
    folder = folder_of_session(tmp_path_factory)
    with (folder / "wheel.lock").open("a+") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        state.seek(0)
        if not state.read():
            shutil.rmtree(folder / "wheel", ignore_errors=True)
            _make(folder / "wheel")
            state.write("made")
    return folder / "wheel" / "venv" / "bin" / "python"


def _make(folder: Path) -> None:
    folder.mkdir()
    _pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    python = folder / "venv" / "bin" / "python"
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    # Few of all these modules are ever imported: to compile those, when they are, takes a fraction of the time.
    _pip("--python", python, "install", "--no-compile", f"{wheel}[{_EXTRAS}]", *groups[_GROUP])


def environment(**variables: str) -> Mapping[str, str]:
    """An environment for a process of the wheel: this one's without what would configure it, and `variables`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**inherited, "PYTHONUNBUFFERED": "1", **variables}


def _pip(*arguments: str | Path) -> None:
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"

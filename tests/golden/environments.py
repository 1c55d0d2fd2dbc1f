"""Where a recording is made: an environment for each package, with what its requirements ask for and nothing else."""

import shutil
import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
# By the official exporter, whatever the package brings.
RECORDER = "opentelemetry-exporter-otlp-json-file>=0.66b0"


class Python:
    """A virtual environment, made by the interpreter that runs this.

    Args:
        folder: where it is kept.
        package: the folder with `record.py` and `requirements.txt`.
    """

    def __init__(self, folder: Path, package: Path) -> None:
        self._python = folder.absolute() / "bin" / "python"
        self._folder, self._package = folder, package

    def prepare(self, *, upgrade: bool) -> None:
        """Install what is asked for: what is missing, or with `upgrade` what is newer too."""
        requirements = self._package / "requirements.txt"
        if not upgrade and _is_installed(requirements, self._folder):
            return
        if not self._python.exists():
            venv.create(self._folder, with_pip=True)
        eager = ["--upgrade", "--upgrade-strategy", "eager"]
        self._pip("install", "--quiet", *eager, RECORDER, "--requirement", str(requirements))
        shutil.copy(requirements, self._folder)

    def record(self, settings: dict[str, str]) -> None:
        """Run the script, with these environment variables and the path of the programs."""
        apart = {"PYTHONPATH": str(PROGRAMS), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([self._python, self._package / "record.py"], check=True, env=settings | apart)

    def versions(self) -> tuple[str, str]:
        """The interpreter's, and a line for each package."""
        python = subprocess.run([self._python, "--version"], check=True, capture_output=True, text=True).stdout
        return python.strip(), self._pip("freeze")

    def _pip(self, *arguments: str) -> str:
        pip = [self._python, "-m", "pip", "--disable-pip-version-check", *arguments]
        return subprocess.run(pip, check=True, stdout=subprocess.PIPE, text=True).stdout


class Node:
    """A folder with packages of npm, into which the scripts are copied: they find packages only above themselves.

    Args:
        folder: where it is kept.
        package: the folder with `record.mjs` and `package.json`.
    """

    def __init__(self, folder: Path, package: Path) -> None:
        self._folder, self._package = folder, package

    def prepare(self, *, upgrade: bool) -> None:
        """Install what is asked for: what is missing, or with `upgrade` what is newer too."""
        requirements = self._package / "package.json"
        if not upgrade and _is_installed(requirements, self._folder):
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        shutil.copy(requirements, self._folder)
        self._npm("install", "--silent", "--no-audit", "--no-fund")

    def record(self, settings: dict[str, str]) -> None:
        """Run the script, with these environment variables."""
        for script in [*PROGRAMS.glob("*.mjs"), self._package / "record.mjs"]:
            shutil.copy(script, self._folder)
        command = ["node", "record.mjs", self._package.absolute()]
        subprocess.run(command, check=True, env=settings, cwd=self._folder)

    def versions(self) -> tuple[str, str]:
        """The interpreter's, and a line for each package that was asked for."""
        node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout
        listed = self._npm("list", "--depth=0", "--parseable", "--long").splitlines()[1:]
        names = [line.rpartition(":")[2] for line in listed]
        return f"Node.js {node.strip().removeprefix('v')}", "".join(f"{_pinned(name)}\n" for name in sorted(names))

    def _npm(self, *arguments: str) -> str:
        npm = ["npm", *arguments]
        return subprocess.run(npm, check=True, stdout=subprocess.PIPE, text=True, cwd=self._folder).stdout


def environment_of(folder: Path, package: Path) -> Python | Node:
    """The environment of a package, by the language of its script."""
    return Node(folder, package) if (package / "record.mjs").exists() else Python(folder, package)


def _is_installed(requirements: Path, folder: Path) -> bool:
    installed = folder / requirements.name
    return installed.exists() and installed.read_bytes() == requirements.read_bytes()


def _pinned(name: str) -> str:
    package, _, version = name.rpartition("@")
    return f"{package}=={version}"

"""Records the golden files anew: `python tests/golden/regenerate.py [name …]`, all of them without a name.

Each folder beside this file is one package: its `record.py` runs in an environment of its own, made from its
`requirements.txt`, against the local provider server, and writes one file of OTLP JSON lines a program.
`versions.txt` says when that was and what was installed.
"""

import argparse
import datetime
import os
import subprocess
import venv
from pathlib import Path

from model import respond

from warpmetrics_otel.testing import ProviderServer

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".venv-golden"
# Addresses are recorded too: with one port for all, a recording differs from the last only in what matters.
PORT = 18807
SERVICE_PORT = 18808
# By the official exporter, whatever the package brings.
RECORDER = "opentelemetry-exporter-otlp-json-file>=0.66b0"


def main() -> None:
    """Make the environments that are missing or out of date, and run the scripts one after the other."""
    names = sorted(script.parent.name for script in HERE.glob("*/record.py"))
    parser = argparse.ArgumentParser(description="Record the golden files anew.")
    parser.add_argument("name", nargs="*", help=f"a folder: {', '.join(names)}")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="where they are kept")
    parser.add_argument("--upgrade", action="store_true", help="newer versions into environments that are there")
    chosen = parser.parse_args()
    if unknown := set(chosen.name) - set(names):
        parser.error(f"nothing to record is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    for name in chosen.name or names:
        python = environment(chosen.environments / name, HERE / name / "requirements.txt", upgrade=chosen.upgrade)
        run(python, HERE / name)
        print(f"{name}: {len(list((HERE / name).glob('*.jsonl')))} programs")


def environment(folder: Path, requirements: Path, *, upgrade: bool) -> Path:
    """The interpreter of an environment in which the requirements are installed."""
    python = folder.absolute() / "bin" / "python"
    installed = folder / "requirements.txt"
    wanted = requirements.read_text(encoding="utf-8")
    if not upgrade and installed.exists() and installed.read_text(encoding="utf-8") == wanted:
        return python
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--upgrade"]
    subprocess.run([*pip, "--upgrade-strategy", "eager", RECORDER, "--requirement", requirements], check=True)
    installed.write_text(wanted, encoding="utf-8")
    return python


def run(python: Path, folder: Path) -> None:
    """Run one script against a fresh server, and note beside it what it ran with."""
    for old in folder.glob("*.jsonl"):
        old.unlink()
    with ProviderServer(respond, port=PORT) as server:
        settings = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE / "programs"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SERVICE_PORT": str(SERVICE_PORT),
            "OPENAI_API_KEY": "local",
            "OPENAI_BASE_URL": server.openai_base_url,
            "ANTHROPIC_API_KEY": "local",
            "ANTHROPIC_BASE_URL": server.anthropic_base_url,
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        }
        subprocess.run([python, folder / "record.py"], check=True, env=settings)
    command = [python, "-m", "pip", "--disable-pip-version-check", "freeze"]
    frozen = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    version = subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    day = datetime.datetime.now(datetime.UTC).date()
    (folder / "versions.txt").write_text(f"# Recorded on {day} with {version}.\n{frozen}", encoding="utf-8")


if __name__ == "__main__":
    main()

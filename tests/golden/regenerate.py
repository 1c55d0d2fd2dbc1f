"""Records the golden files anew: `python tests/golden/regenerate.py [name …]`, all of them without a name.

Each folder beside this file is one package: its `record.py` or `record.mjs` runs in an environment of its own, made
from its `requirements.txt` or `package.json`, against the local provider server, and writes one file of OTLP JSON lines
a program. `versions.txt` says when that was and what was installed.
"""

import argparse
import datetime
import os
from pathlib import Path

from environments import HERE, Node, Python, environment_of
from model import respond

from warpmetrics_otel.testing import ProviderServer

ENVIRONMENTS = HERE.parents[1] / ".venv-golden"
# Addresses are recorded too: with one port for all, a recording differs from the last only in what matters.
PORT = 18807
SERVICE_PORT = 18808


def main() -> None:
    """Make the environments that are missing or out of date, and run the scripts one after the other."""
    names = sorted(script.parent.name for script in HERE.glob("*/record.*"))
    parser = argparse.ArgumentParser(description="Record the golden files anew.")
    parser.add_argument("name", nargs="*", help=f"a folder: {', '.join(names)}")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="where they are kept")
    parser.add_argument("--upgrade", action="store_true", help="newer versions into environments that are there")
    chosen = parser.parse_args()
    if unknown := set(chosen.name) - set(names):
        parser.error(f"nothing to record is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    for name in chosen.name or names:
        environment = environment_of(chosen.environments / name, HERE / name)
        environment.prepare(upgrade=chosen.upgrade)
        record(environment, HERE / name)
        print(f"{name}: {len(list((HERE / name).glob('*.jsonl')))} programs")


def record(environment: Python | Node, package: Path) -> None:
    """Run one script against a fresh server, and note beside it what it ran with."""
    for old in package.glob("*.jsonl"):
        old.unlink()
    with ProviderServer(respond, port=PORT) as server:
        environment.record(
            {
                "PATH": os.environ["PATH"],
                "SERVICE_PORT": str(SERVICE_PORT),
                "OPENAI_API_KEY": "local",
                "OPENAI_BASE_URL": server.openai_base_url,
                "ANTHROPIC_API_KEY": "local",
                "ANTHROPIC_BASE_URL": server.anthropic_base_url,
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
            }
        )
    interpreter, packages = environment.versions()
    day = datetime.datetime.now(datetime.UTC).date()
    (package / "versions.txt").write_text(f"# Recorded on {day} with {interpreter}.\n{packages}", encoding="utf-8")


if __name__ == "__main__":
    main()

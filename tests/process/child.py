"""Other processes of Python: a script that prints JSON, and spans that it writes to a file or sends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.patience import PATIENCE_S

_CONFIGURED_BY = ("OTEL_", "WARPMETRICS_")


def python(script: str, *arguments: str, **environment: str) -> Any:
    """Run a script in a process of its own.

    Args:
        script: what it does; it may be indented.
        arguments: its `sys.argv[1:]`.
        environment: variables beside those of this process, of which none that configures anything is passed on.

    Returns:
        The last line of what it printed, read as JSON; None when it printed nothing.

    Raises:
        AssertionError: it failed, or wrote to standard error; both are said.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_CONFIGURED_BY)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(script), *arguments],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", done.stderr
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else None


def written(file: Path) -> list[dict[str, Any]]:
    """The spans in a file of OTLP JSON lines, as they stand there."""
    return [
        span
        for line in file.read_text("utf-8").splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def values(thing: dict[str, Any]) -> dict[str, Any]:
    """The text and integer attributes of a span, event or link in a file."""
    return {
        item["key"]: item["value"].get("stringValue", item["value"].get("intValue"))
        for item in thing.get("attributes", ())
    }


def by_name(spans: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Spans by their names, of which no two may be alike."""
    named = {span["name"]: span for span in spans}
    assert len(named) == len(spans), [span["name"] for span in spans]
    return named

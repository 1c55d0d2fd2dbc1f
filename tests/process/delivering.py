"""Programs that deliver to a stand-in of the native API: started, heard line by line, signalled, waited for."""

import json
import os
import subprocess
import sys
from collections import Counter
from textwrap import dedent
from typing import Any, Self

from tests.patience import PATIENCE_S
from warpmetrics_otel.testing import NativeApi

_CONFIGURED_BY = ("OTEL_", "WARPMETRICS_")

# One of everything; what is open stays so.
RECORDS = """
import warpmetrics_otel as wm
run = wm.run("review")
group = wm.group(run, "draft")
wm.record_call(group, provider="google", model="m", messages="Why?", response="Because.")
act = wm.act(wm.outcome(run, "Failed"), "retry")
wm.run("again", follows=act).__enter__()
"""
RECORDED = {"runs": 2, "groups": 1, "calls": 1, "links": 2, "outcomes": 1, "acts": 1}


class Program:
    """A script in a process of its own, from its start on; as a context manager it is not outlived.

    Args:
        script: what it does; it may be indented.
        arguments: its `sys.argv[1:]`.
        api: where it delivers; spans go nowhere else.
        environment: variables beside those of this process, of which none that configures anything is passed on.
    """

    def __init__(self, script: str, *arguments: str, api: NativeApi, **environment: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_CONFIGURED_BY)}
        configured = {
            "WARPMETRICS_API_KEY": NativeApi.key,
            "WARPMETRICS_API_URL": api.url,
            "OTEL_TRACES_EXPORTER": "none",
            # Else a line and its end are written apart, and lines of two processes mix.
            "PYTHONUNBUFFERED": "",
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", dedent(script), *arguments],
            env={**inherited, **configured},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def heard(self) -> Any:
        """The next line that it prints, read as JSON."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended instead: {self.process.communicate()[1]}"
        return json.loads(line)

    def end(self, code: int = 0, *, within: float = PATIENCE_S) -> str:
        """Close its standard input, and wait until it has ended by itself or by the signal that was sent.

        Args:
            code: the exit code that it must have; minus the signal's number after one.
            within: seconds, after which the test fails.

        Returns:
            What it wrote to standard error.
        """
        _, said = self.process.communicate(timeout=within)
        assert self.process.returncode == code, said
        return said


def delivered(api: NativeApi) -> dict[str, int]:
    """How many entities of each kind have arrived; none of those that have not."""
    return {kind: len(rows) for kind in RECORDED if (rows := api.entities(kind))}


def named(api: NativeApi) -> Counter[str]:
    """The labels and names of what has arrived."""
    rows = [row for kind in ("runs", "groups", "outcomes", "acts") for row in api.entities(kind)]
    return Counter(row.get("label") or row.get("name") for row in rows)

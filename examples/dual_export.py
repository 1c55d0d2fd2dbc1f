"""Dual export: the same runs as spans by OTLP and natively in Warpmetrics.

Set WARPMETRICS_API_KEY and OTEL_EXPORTER_OTLP_ENDPOINT: nothing in the agent changes.
"""

import sys

from local_model import local_api, local_model
from openai import OpenAI

import warpmetrics_otel as wm


def main() -> None:
    client = wm.warp(OpenAI())

    act = None
    for attempt, code in enumerate(["def add(a, b): return a - b", "def add(a, b): return a + b"], start=1):
        with wm.run("Code review", {"attempt": attempt}, follows=act) as run:
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": code}])
            if attempt == 1:
                act = wm.act(wm.outcome(run, "Failed", {"reason": "Tests failing"}), "retry")
            else:
                wm.outcome(run, "Completed")

    # It says what became of everything: in Warpmetrics, still waiting, or lost, and why.
    flushed = wm.flush()
    print(f"{flushed.delivered} entities are in Warpmetrics; spans: {flushed.exported}")
    if not flushed:
        sys.exit(f"Not everything could be sent: {flushed}")


if __name__ == "__main__":
    with local_model("It subtracts.", "It adds."), local_api():
        main()

"""Delivery, a process at a time: CPU from end to end, bursts, an API that is down, and one that never comes."""

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import workload
from bench.collector import collector, counts

END_TO_END_RUNS = 1000
BURST_RUNS = 2000
OUTAGE_RUNS = 5000
DEAD_RUNS = 10_000


def end_to_end(rounds: int) -> list[tuple[float, float]]:
    """Microseconds of the process's CPU per run: by hand with OTLP alone, and ours with both, sending included.

    Raises:
        AssertionError: the two did not deliver the same numbers of spans, events and links, or an entity is lost.
    """
    results = []
    with collector() as url:
        for _ in range(rounds):
            base = _run("by_hand", END_TO_END_RUNS, "--otlp", url)
            expected, _ = counts(url)
            both = _run("ours", END_TO_END_RUNS, "--otlp", url, "--native", url)
            delivered, entities = counts(url)
            assert expected == delivered, f"{expected} against {delivered}"
            assert entities == workload.entities(END_TO_END_RUNS), entities
            results.append((base["process"] / END_TO_END_RUNS * 1e6, both["process"] / END_TO_END_RUNS * 1e6))
    return results


def lost_in_a_burst() -> int:
    """How many entities of a burst at full speed do not arrive."""
    with collector() as url:
        _run("ours", BURST_RUNS, "--native", url)
        return _missing(url, BURST_RUNS)


def lost_in_an_outage() -> int:
    """How many entities of a burst do not arrive that is recorded while the API is down; it comes back right after."""
    port = _free_port()
    with _agent("ours", OUTAGE_RUNS, "--native", f"http://127.0.0.1:{port}", "--wait") as agent:
        _line(agent)
        with collector(port) as url:
            assert agent.stdin is not None
            agent.stdin.write("\n")
            agent.stdin.flush()
            _line(agent)
            return _missing(url, OUTAGE_RUNS)


def without_an_api(rounds: int) -> tuple[list[tuple[float, float]], float, float]:
    """What it is like to have no API at all.

    Returns:
        Microseconds of the caller's CPU per run with an API and without, round by round; the most megabytes by which
        the process grew without; and the longest time in seconds from the last run to the end of such a process.
    """
    ratios, memory, exits = [], 0.0, 0.0
    with collector() as url:
        for _ in range(rounds):
            live = _run("ours", DEAD_RUNS, "--native", url)
            counts(url)
            with _agent("ours", DEAD_RUNS, "--native", f"http://127.0.0.1:{_free_port()}", "--leave") as agent:
                dead = _line(agent)
                begun = time.monotonic()
                agent.wait()
                exits = max(exits, time.monotonic() - begun)
            ratios.append((live["caller"] / DEAD_RUNS * 1e6, dead["caller"] / DEAD_RUNS * 1e6))
            memory = max(memory, dead["memory"] / 1e6)
    return ratios, memory, exits


def entities_a_second(rounds: list[tuple[float, float]]) -> float:
    """How many entities a second are written ahead, from microseconds of the caller's CPU a run."""
    return sum(workload.entities(1).values()) / statistics.median(spool for _, spool in rounds) * 1e6


@contextmanager
def _agent(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.agent", *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield process


def _run(*arguments: object) -> dict[str, Any]:
    with _agent(*arguments) as agent:
        return {**_line(agent), **_line(agent)}


def _line(agent: subprocess.Popen[str]) -> dict[str, Any]:
    assert agent.stdout is not None
    said: dict[str, Any] = json.loads(agent.stdout.readline())
    return said


def _missing(url: str, runs: int) -> int:
    _, entities = counts(url)
    return sum(workload.entities(runs).values()) - sum(entities.values())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port

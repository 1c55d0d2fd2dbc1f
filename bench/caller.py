"""The caller's CPU per run with OTLP export, ours against the baseline, interleaved."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import warpmetrics_otel as wm
from bench import baseline, workload

RUNS = 300
"""Runs in one round; a round of each side follows the other's."""

Round = Callable[[], None]


@contextmanager
def collector() -> Iterator[str]:
    """Start the receiving process; gives its URL."""
    with subprocess.Popen([sys.executable, "-m", "bench.collector"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def provider_to(url: str) -> TracerProvider:
    """A provider with OTLP over HTTP, whose queue holds a whole round: nothing is dropped on either side."""
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=RUNS * 10))
    return provider


def ours(recorder: wm.Warpmetrics) -> None:
    """One round with this package."""
    act = None
    for number in range(RUNS):
        last = workload.one_run(recorder, act if number % workload.FOLLOW_UP_EVERY == 0 else None)
        act = last


def by_hand(provider: TracerProvider) -> None:
    """One round by hand."""
    tracer = baseline.tracer_of(provider)
    previous = None
    for number in range(RUNS):
        previous = baseline.one_run(tracer, previous if number % workload.FOLLOW_UP_EVERY == 0 else None)


def measure(rounds: int) -> list[tuple[float, float]]:
    """Microseconds of the caller's CPU per run, by hand and ours, round by round.

    Raises:
        AssertionError: the two sides did not deliver the same numbers of spans, events and links.
    """
    with collector() as url:
        sides = provider_to(url), provider_to(url)
        recorder = wm.Warpmetrics(tracer_provider=sides[1], span_content=True)
        results = [_round(url, sides, recorder) for _ in range(rounds + 1)]
        recorder.shutdown()
        for provider in sides:
            provider.shutdown()
    return results[1:]  # the first warms up


def _round(url: str, sides: tuple[TracerProvider, TracerProvider], recorder: wm.Warpmetrics) -> tuple[float, float]:
    hand = _timed(lambda: by_hand(sides[0]))
    sides[0].force_flush()
    counts = _counts(url)
    mine = _timed(lambda: ours(recorder))
    sides[1].force_flush()
    delivered = _counts(url)
    assert counts == delivered, f"by hand {counts}, ours {delivered}"
    return hand, mine


def _timed(work: Round) -> float:
    start = time.thread_time()
    work()
    return (time.thread_time() - start) / RUNS * 1e6


def _counts(url: str) -> dict[str, int]:
    with urllib.request.urlopen(url) as answer:
        counts: dict[str, int] = json.load(answer)
    return counts

"""The caller's CPU per run, interleaved in one process: ours against the baseline, and with a spool against without."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import warpmetrics_otel as wm
from bench import baseline, workload
from bench.collector import collector, counts

RUNS = 100
"""Runs in one round; a round of each side follows the other's."""

KEY = "wm_test_of_nobody"

Side = tuple[Callable[[int], None], Callable[[], object]]
"""What records so many runs, and what sends all of it."""


def provider_to(url: str, runs: int) -> TracerProvider:
    """A provider with OTLP over HTTP, whose queue holds so many runs: nothing is dropped on either side."""
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=runs * 10))
    return provider


def ours(recorder: wm.Warpmetrics, runs: int) -> None:
    """So many runs with this package."""
    act = None
    for number in range(runs):
        last = workload.one_run(recorder, act if number % workload.FOLLOW_UP_EVERY == 0 else None)
        act = last


def by_hand(provider: TracerProvider, runs: int) -> None:
    """So many runs by hand."""
    tracer = baseline.tracer_of(provider)
    previous = None
    for number in range(runs):
        previous = baseline.one_run(tracer, previous if number % workload.FOLLOW_UP_EVERY == 0 else None)


def measure(rounds: int, *, dual: bool) -> list[tuple[float, float]]:
    """Microseconds of the caller's CPU per run, by hand and ours, round by round.

    Raises:
        AssertionError: the two sides did not deliver the same numbers of spans, events and links, or an entity is lost.
    """
    with collector() as url:
        hand, mine = provider_to(url, RUNS), provider_to(url, RUNS)
        native = {"api_key": KEY, "api_url": url} if dual else {}
        recorder = wm.Warpmetrics(tracer_provider=mine, span_content=True, **native)
        results = [
            _round(url, (partial(by_hand, hand), hand.force_flush), (partial(ours, recorder), recorder.flush), dual)
            for _ in range(rounds + 1)
        ]
        recorder.shutdown()
        for provider in (hand, mine):
            provider.shutdown()
    return results[1:]  # the first warms up


def measure_spool(rounds: int) -> list[tuple[float, float]]:
    """Microseconds of the caller's CPU per run of dual export, without a spool and with one, round by round."""
    with collector() as url, TemporaryDirectory() as folder:
        native = {"api_key": KEY, "span_content": True}
        providers = provider_to(url, RUNS), provider_to(url, RUNS)
        without = wm.Warpmetrics(tracer_provider=providers[0], api_url=url, **native)
        # A project makes it another destination, with a pipeline of its own.
        spooling = wm.Warpmetrics(
            tracer_provider=providers[1], api_url=url, project_id="of-the-bench", spool_dir=Path(folder), **native
        )
        sides = [(partial(ours, recorder), recorder.flush) for recorder in (without, spooling)]
        results = [_round(url, sides[0], sides[1], True, both=True) for _ in range(rounds + 1)]
        for recorder in (without, spooling):
            recorder.shutdown()
        for provider in providers:
            provider.shutdown()
    return results[1:]


def _round(url: str, first: Side, second: Side, dual: bool, *, both: bool = False) -> tuple[float, float]:
    base = _timed(first)
    expected, entities = counts(url)
    assert entities == (workload.entities(RUNS) if both else {}), entities
    other = _timed(second)
    delivered, entities = counts(url)
    assert expected == delivered, f"{expected} against {delivered}"
    assert entities == (workload.entities(RUNS) if dual else {}), entities
    return base, other


def _timed(side: Side) -> float:
    record, send = side
    start = time.thread_time()
    record(RUNS)
    spent = time.thread_time() - start
    assert send()
    return spent / RUNS * 1e6

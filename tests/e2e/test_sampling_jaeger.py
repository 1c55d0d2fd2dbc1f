"""A real Jaeger gets the user's sample of the runs, whole chains only, and the native side gets all of them.

The user's provider has an ordinary sampler and an ordinary exporter; nothing of ours is wrapped by hand.
"""

import math
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased

from warpmetrics_otel import Warpmetrics, ids
from warpmetrics_otel.testing import NativeApi

RUNS = 600
RATIO = 0.1
CHAINS = 50
LENGTH = 3


@pytest.fixture
def api():
    with NativeApi() as running:
        yield running
    running.check()


class Backend:
    """A Jaeger, for one service."""

    def __init__(self, jaeger) -> None:
        self.jaeger = jaeger
        self.service = f"sampling-{uuid.uuid4()}"

    @contextmanager
    def recording(self, sampler: Sampler, **options) -> Iterator[Warpmetrics]:
        """A process of the service; afterwards all that it exports is in Jaeger."""
        provider = TracerProvider(
            shutdown_on_exit=False, sampler=sampler, resource=Resource.create({"service.name": self.service})
        )
        exporter = OTLPSpanExporter(f"{self.jaeger.otlp_http_url}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=100_000))
        wm = Warpmetrics(tracer_provider=provider, **options)
        try:
            yield wm
        finally:
            wm.shutdown()
            # What is accepted is stored: Jaeger answers when its memory holds the spans.
            provider.shutdown()

    def spans(self) -> dict[int, set[int]]:
        """Span ids by trace id, of all that has arrived."""
        found: dict[int, set[int]] = {}
        for span in self.jaeger.traces_of(self.service):
            found.setdefault(int(span.trace_id, 16), set()).add(int(span.span_id, 16))
        return found


@pytest.fixture
def backend(jaeger) -> Backend:
    return Backend(jaeger)


def test_jaeger_gets_the_share_and_the_native_side_all(backend, api):
    with backend.recording(ParentBased(TraceIdRatioBased(RATIO)), api_key=api.key, api_url=api.url) as wm:
        for _ in range(RUNS):
            with wm.run("Sampled") as run:
                wm.record_call(run, provider="p", model="m", response="r")
                wm.outcome(run, "Completed")
    # Six standard deviations of a binomial: chance leaves them once in 500 million times.
    assert abs(len(backend.spans()) - RATIO * RUNS) < 6 * math.sqrt(RUNS * RATIO * (1 - RATIO))
    assert [len(api.entities(kind)) for kind in ("runs", "calls", "outcomes")] == [RUNS] * 3


@pytest.mark.parametrize(
    "sampler", [ParentBased(TraceIdRatioBased(0.5)), TraceIdRatioBased(0.5)], ids=["parent based", "ratio alone"]
)
def test_each_chain_is_whole_in_jaeger_or_absent(backend, api, sampler):
    chains = []
    with backend.recording(sampler, api_key=api.key, api_url=api.url) as wm:
        for _ in range(CHAINS):
            act, spans = None, set()
            for _ in range(LENGTH):
                with wm.run("Writer", follows=act) as run:
                    group = wm.group(run, "Drafting")
                    call = wm.record_call(group, provider="p", model="m")
                late = wm.outcome(run, "Failed")
                act = wm.act(late, "retry")
                trace_id = ids.trace_id_of(run.id)
                spans |= {(trace_id, ids.span_id_of(thing.id)) for thing in (run, group, call, late, act)}
            chains.append(spans)
    there = {(trace_id, span_id) for trace_id, spans in backend.spans().items() for span_id in spans}
    whole = sum(chain <= there for chain in chains)
    absent = sum(not chain & there for chain in chains)
    assert (whole > 0, absent > 0, whole + absent) == (True, True, CHAINS)
    assert len(api.entities("runs")) == CHAINS * LENGTH


@pytest.mark.parametrize(
    "sampler", [ParentBased(TraceIdRatioBased(0.5)), TraceIdRatioBased(0.5)], ids=["parent based", "ratio alone"]
)
def test_late_outcomes_by_bare_id_land_only_in_traces_that_are_there(backend, api, sampler):
    with backend.recording(sampler, api_key=api.key, api_url=api.url) as agent:
        runs = [agent.run("Writer") for _ in range(CHAINS)]
        native_ids = [run.id for run in runs]
        for run in runs:
            run.end()
    # Another process, which has nothing but the ids.
    with backend.recording(sampler, api_key=api.key, api_url=api.url) as reviewer:
        late = [reviewer.outcome(native_id, "Rejected") for native_id in native_ids]
    spans = backend.spans()
    landed = [
        ids.span_id_of(outcome.id) in spans.get(ids.trace_id_of(native_id), set())
        for native_id, outcome in zip(native_ids, late, strict=True)
    ]
    kept = [ids.span_id_of(native_id) in spans.get(ids.trace_id_of(native_id), set()) for native_id in native_ids]
    assert landed == kept
    assert set(kept) == {True, False}
    assert set(spans) == {
        ids.trace_id_of(native_id) for native_id, there in zip(native_ids, kept, strict=True) if there
    }
    assert len(api.entities("outcomes")) == CHAINS

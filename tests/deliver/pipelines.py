"""Recording on a provider that a test has put together, beside the stand-in of the native API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler

from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.deliver import Connection, connect
from warpmetrics_otel.options import DeliverySettings
from warpmetrics_otel.testing import NativeApi


@contextmanager
def recording(*processors: SpanProcessor, sampler: Sampler = ALWAYS_ON, **options: Any) -> Iterator[Warpmetrics]:
    """A recorder without a key, unless `options` say so, on a provider with these processors."""
    provider = TracerProvider(shutdown_on_exit=False, sampler=sampler)
    for processor in processors:
        provider.add_span_processor(processor)
    wm = Warpmetrics(tracer_provider=provider, **options)
    try:
        yield wm
    finally:
        wm.shutdown(60)
        provider.shutdown()


def connection(*, classifications: Any = None, meter_provider: Any = None, **options: Any) -> Connection:
    """A hold on the pipeline that these options name, a key among them."""
    made = connect(DeliverySettings(**options), classifications=classifications, meter_provider=meter_provider)
    assert made is not None
    return made


def write(wm: Warpmetrics, follows: object = None) -> Any:
    """A run with a group, a call, an outcome and an act, which is returned."""
    with wm.run("Writer", {"topic": "Riga"}, follows=follows) as run:
        with wm.group(run, "Drafting") as group:
            wm.record_call(
                group, provider="openai", model="m", messages=[{"role": "user", "content": "Hello"}], response="Hi"
            )
        return wm.act(wm.outcome(run, "Failed"), "retry")


def arrived(api: NativeApi) -> dict[str, int]:
    """How many entities of each kind have arrived."""
    counts = {kind: len(api.entities(kind)) for kind in ("runs", "groups", "calls", "links", "outcomes", "acts")}
    return {kind: count for kind, count in counts.items() if count}


WRITTEN = {"runs": 1, "groups": 1, "calls": 1, "links": 2, "outcomes": 1, "acts": 1}
"""What `write` leaves."""

"""A tracer provider put together by hand: a tenth of the runs for the backend, all of them for Warpmetrics.

The package's pieces are ordinary ones of OpenTelemetry: a span processor, where an exporter would do as well
(`BatchSpanProcessor(wm.WarpmetricsSpanExporter())`), and a sampler. Chains are sampled whole.
"""

from local_model import local_api, local_model
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

import warpmetrics_otel as wm


def provider() -> TracerProvider:
    sampler = wm.WarpmetricsSampler(ParentBased(TraceIdRatioBased(0.1)))
    made = TracerProvider(resource=Resource.create({"service.name": "reviewer"}), sampler=sampler)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    made.add_span_processor(wm.WarpmetricsSpanProcessor())
    return made


def main() -> None:
    tracer_provider = provider()
    trace.set_tracer_provider(tracer_provider)
    client = wm.warp(OpenAI())

    for pull_request in range(50):
        with wm.run("Code review", {"pr": pull_request}) as run:
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Review this."}])
            failed = wm.outcome(run, "Failed", {"reason": "Tests failing"})
        with wm.run("Code review", {"pr": pull_request}, follows=wm.act(failed, "retry")) as run:
            wm.outcome(run, "Completed")

    tracer_provider.shutdown()


if __name__ == "__main__":
    with local_model(), local_api():
        main()

"""OpenTelemetry's own instrumentation of the OpenAI client, content on the spans."""

import os

import openai
from of_openai import PROGRAMS, chat
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from recording import Recorder, record


def without_content(client: openai.OpenAI, provider: TracerProvider) -> None:
    """What is asked is on no span."""
    chat(client, provider)


recorder = Recorder()
provider = recorder.provider()
client = openai.OpenAI(max_retries=0)
instrumentor = OpenAIInstrumentor()
instrumentor.instrument(tracer_provider=provider)
record(recorder, PROGRAMS, client, provider)
instrumentor.uninstrument()
# Where nobody asks for content, it tells none.
del os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"]
instrumentor.instrument(tracer_provider=provider)
record(recorder, [without_content], client, provider)

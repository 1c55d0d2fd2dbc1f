"""OpenTelemetry's own instrumentation of the Anthropic client, content on the spans."""

import anthropic
from of_anthropic import PROGRAMS
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
AnthropicInstrumentor().instrument(tracer_provider=provider)
record(recorder, PROGRAMS, anthropic.Anthropic(max_retries=0), provider)

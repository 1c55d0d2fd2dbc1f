"""OpenLLMetry as it was before it took up the GenAI conventions' messages: the Anthropic client, with content."""

import anthropic
from of_anthropic import PROGRAMS, bad_request, rate_limited
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
AnthropicInstrumentor().instrument(tracer_provider=provider)
# Requests that fail leave no span behind.
programs = [program for program in PROGRAMS if program not in {bad_request, rate_limited}]
record(recorder, programs, anthropic.Anthropic(max_retries=0), provider)

"""OpenInference's instrumentation of the Anthropic client, with content, as it is unasked."""

import anthropic
from of_anthropic import PROGRAMS
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
AnthropicInstrumentor().instrument(tracer_provider=provider)
record(recorder, PROGRAMS, anthropic.Anthropic(max_retries=0), provider)

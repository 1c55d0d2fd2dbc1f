"""OpenTelemetry's own instrumentation of the OpenAI client, content on the spans."""

import openai
from of_openai import PROGRAMS
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
record(recorder, PROGRAMS, openai.OpenAI(max_retries=0), provider)

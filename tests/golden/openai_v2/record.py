"""OpenTelemetry's own instrumentation of the OpenAI client as it was, without content, which it has for logs only."""

import openai
from of_openai import PROGRAMS
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
# It knows only the older of the two APIs.
programs = [program for program in PROGRAMS if not program.__name__.startswith("responses")]
record(recorder, programs, openai.OpenAI(max_retries=0), provider)

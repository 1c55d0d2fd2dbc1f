"""OpenLLMetry as it was before it took up the GenAI conventions' messages: the OpenAI client, with content."""

import openai
from of_openai import PROGRAMS
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
record(recorder, PROGRAMS, openai.OpenAI(max_retries=0), provider)

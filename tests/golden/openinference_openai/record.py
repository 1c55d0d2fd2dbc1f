"""OpenInference's instrumentation of the OpenAI client, with content, as it is unasked."""

import openai
from of_openai import PROGRAMS
from openinference.instrumentation.openai import OpenAIInstrumentor
from recording import Recorder, record

recorder = Recorder()
provider = recorder.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
record(recorder, PROGRAMS, openai.OpenAI(max_retries=0), provider)

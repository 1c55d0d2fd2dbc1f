"""Several instrumentations at work in one program: two for one request, HTTP around it, and another process.

What one leaves behind when it is taken out stays for the rest of the process, so each program has a process of its own.
"""

import subprocess
import sys

import httpx
import openai
from langfuse import Langfuse
from of_openai import chat, stream, tools
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor as GenAI
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor, HTTPXClientInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as OpenLLMetry
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recording import Recorder, beside


def openinference_in_genai(provider: TracerProvider) -> None:
    """OpenTelemetry's own around OpenInference: an answer, and one in pieces."""
    GenAI().instrument(tracer_provider=provider)
    OpenInference().instrument(tracer_provider=provider)
    client = openai.OpenAI(max_retries=0)
    for program in (chat, stream):
        program(client, provider)


def openllmetry_and_langfuse(provider: TracerProvider) -> None:
    """Langfuse's client with OpenLLMetry's instrumentation beneath it."""
    Langfuse(
        public_key="pk-local", secret_key="sk-local", tracer_provider=provider, span_exporter=InMemorySpanExporter()
    )
    # Imported, it takes the place of the client's own methods.
    from langfuse.openai import openai as openai_of_langfuse

    OpenLLMetry().instrument(tracer_provider=provider)
    tools(openai_of_langfuse.OpenAI(max_retries=0), provider)


def over_http(provider: TracerProvider) -> None:
    """Each call has the HTTP request beneath it that it makes."""
    GenAI().instrument(tracer_provider=provider)
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    tools(openai.OpenAI(max_retries=0), provider)


def asking_service(provider: TracerProvider) -> None:
    """A service that asks another one, in a process of its own, which asks the model."""
    with subprocess.Popen(
        [sys.executable, beside(__file__, "service.py")], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as service:
        url = service.stdout.readline().strip()
        HTTPXClientInstrumentor().instrument(tracer_provider=provider)
        with provider.get_tracer("app").start_as_current_span("plan a journey"):
            httpx.get(url)
        service.communicate()


PROGRAMS = (openinference_in_genai, openllmetry_and_langfuse, over_http, asking_service)

if chosen := sys.argv[1:]:
    recorder = Recorder()
    (program,) = [program for program in PROGRAMS if [program.__name__] == chosen]
    program(recorder.provider())
    recorder.write(program.__name__)
else:
    for program in PROGRAMS:
        subprocess.run([sys.executable, __file__, program.__name__], check=True)

"""Logfire's instrumentation of the OpenAI client, and spans of its own around it, with content, as it is unasked."""

import logfire
import openai
from of_openai import MODEL, PROGRAMS
from recording import Recorder, record


def spans(client: openai.OpenAI, _provider: object) -> None:
    """A stream beneath a span of the application."""
    with logfire.span("count {to}", to="five"):
        pieces = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Count to five."}],
            stream=True,
            stream_options={"include_usage": True},
        )
        for _ in pieces:
            pass


recorder = Recorder()
client = openai.OpenAI(max_retries=0)
logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[recorder], inspect_arguments=False)
logfire.instrument_openai(client)
record(recorder, (*PROGRAMS, spans), client, logfire.DEFAULT_LOGFIRE_INSTANCE.config.get_tracer_provider())

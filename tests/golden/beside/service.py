"""The other process of `asking_service`: one request is answered by asking the model, and recorded here."""

import os
from wsgiref.simple_server import WSGIRequestHandler, make_server

import openai
from of_openai import chat
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
from recording import Recorder


class Silent(WSGIRequestHandler):
    """It logs nothing."""

    def log_message(self, *_: object) -> None:
        """Not this either."""

    def address_string(self) -> str:
        """No look-up of names."""
        return self.client_address[0]


def answer(environ, start_response):
    """What the model says."""
    chat(openai.OpenAI(max_retries=0), provider)
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"Paris."]


recorder = Recorder()
provider = recorder.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
with make_server(
    "127.0.0.1",
    int(os.environ["SERVICE_PORT"]),
    OpenTelemetryMiddleware(answer, tracer_provider=provider),
    handler_class=Silent,
) as server:
    print(f"http://127.0.0.1:{server.server_port}/capital", flush=True)
    server.handle_request()
recorder.write("answering_service")

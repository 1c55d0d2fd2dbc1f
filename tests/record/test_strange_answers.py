"""Providers that answer strangely, to the real clients: the agent gets what they said, and the user's spans arrive."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.record.test_poison import names, over_http, whole
from warpmetrics_otel import semconv

# Escaped in JSON, half of a character is read as one.
HALF = "\ud800"
ODD = [HALF, "", None, 7, 2**64, -1, 1.5, True, [HALF], {"a": HALF}, "x" * 1_000_000]


@contextmanager
def answering(body: object) -> Iterator[str]:
    """The address of a server that answers every request with this JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            answer = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def chat(odd: object) -> dict:
    return {
        "id": odd,
        "object": "chat.completion",
        "created": odd,
        "model": odd,
        "choices": [
            {
                "index": odd,
                "finish_reason": odd,
                "message": {
                    "role": odd,
                    "content": odd,
                    "refusal": odd,
                    "tool_calls": [{"id": odd, "type": "function", "function": {"name": odd, "arguments": odd}}],
                },
            }
        ],
        "usage": {
            "prompt_tokens": odd,
            "completion_tokens": odd,
            "total_tokens": odd,
            "prompt_tokens_details": {"cached_tokens": odd},
            "completion_tokens_details": {"reasoning_tokens": odd},
        },
    }


def response(odd: object) -> dict:
    return {
        "id": odd,
        "object": "response",
        "created_at": odd,
        "model": odd,
        "status": odd,
        "output": [
            {"id": odd, "type": "message", "role": odd, "content": [{"type": "output_text", "text": odd}]},
            {"id": odd, "type": "function_call", "call_id": odd, "name": odd, "arguments": odd},
            {"id": odd, "type": odd},
        ],
        "usage": {
            "input_tokens": odd,
            "output_tokens": odd,
            "total_tokens": odd,
            "input_tokens_details": {"cached_tokens": odd},
            "output_tokens_details": {"reasoning_tokens": odd},
        },
    }


def message(odd: object) -> dict:
    return {
        "id": odd,
        "type": "message",
        "role": odd,
        "model": odd,
        "content": [
            {"type": "text", "text": odd},
            {"type": "tool_use", "id": odd, "name": odd, "input": odd},
            {"type": odd},
        ],
        "stop_reason": odd,
        "usage": {
            "input_tokens": odd,
            "output_tokens": odd,
            "cache_creation_input_tokens": odd,
            "cache_read_input_tokens": odd,
        },
    }


STRANGE_REQUEST = {"temperature": 2**64, "seed": -(2**70), "stop": ["a", "é"], "user": "x" * 1000, "max_tokens": True}


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20].encode("ascii", "replace").decode())
@pytest.mark.parametrize("kind", ["chat", "responses", "messages"])
def test_an_answer_of_any_kind_is_recorded_and_poisons_nothing(kind, odd):
    body = {"chat": chat, "responses": response, "messages": message}[kind](odd)
    with answering(body) as url, over_http(span_content=True) as (wm, arrived), wm.run("Strange") as run:
        if kind == "messages":
            package = pytest.importorskip("anthropic")
            with wm.warp(package.Anthropic(api_key="k", base_url=url, max_retries=0)) as client:
                asked = [{"role": "user", "content": "hi"}]
                answer = client.messages.create(model="m", max_tokens=7, messages=asked)
        else:
            package = pytest.importorskip("openai")
            with wm.warp(package.OpenAI(api_key="k", base_url=url, max_retries=0)) as client:
                if kind == "chat":
                    answer = client.chat.completions.create(model="m", messages=[], **STRANGE_REQUEST)
                else:
                    answer = client.responses.create(model="m", input="hi", temperature=2**64)
        assert answer.id == odd
        wm.call(run, answer)
    assert names(arrived) == ["after", "before"]
    assert whole(arrived, semconv.ENTITY_TYPE_CALL) == 1


@pytest.mark.parametrize("body", [None, 7, "text", [], {}, {"choices": 7}, {"choices": [None]}, {"usage": 7}], ids=str)
def test_an_answer_of_no_known_shape_is_recorded_and_poisons_nothing(body):
    package = pytest.importorskip("openai")
    with answering(body) as url, over_http(span_content=True) as (wm, arrived), wm.run("Strange") as run:
        client = wm.warp(package.OpenAI(api_key="k", base_url=url, max_retries=0))
        wm.call(run, client.chat.completions.create(model="m", messages=[]))
        client.close()
    assert names(arrived) == ["after", "before"]
    assert whole(arrived, semconv.ENTITY_TYPE_CALL) == 1

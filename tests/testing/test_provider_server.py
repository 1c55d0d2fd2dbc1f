"""The provider server itself: where answers come from, how it waits, and that it leaves nothing behind."""

import json
import threading
import urllib.error
import urllib.request

import openai
import pytest

from tests.threads import threads_left
from warpmetrics_otel.testing import Answer, Hold, ProviderServer, Request, Usage

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "hello"}]},
]


def ask(server, **options):
    client = openai.OpenAI(base_url=server.openai_base_url, api_key="key", max_retries=0)
    with client:
        return client.chat.completions.create(model="m", messages=MESSAGES, **options).choices[0].message.content


def test_queued_answers_go_before_the_function_and_the_function_sees_the_request():
    asked = []

    def respond(request: Request) -> str:
        asked.append(request)
        return request.prompt.upper()

    with ProviderServer(respond) as server:
        server.answer("first")
        assert [ask(server), ask(server)] == ["first", "HELLO"]
    (request,) = asked
    assert (request.api, request.model, request.stream) == ("openai.chat", "m", False)
    assert request.text == "Be brief.\nhello"
    assert request.headers["authorization"] == "Bearer key"
    assert len(server.requests) == 2


def test_without_a_function_the_last_message_comes_back():
    with ProviderServer() as server:
        assert ask(server) == "hello"


@pytest.mark.parametrize(
    ("given", "vectors"), [("hello", 1), (["hello", "there"], 2), ([15339], 1)], ids=["text", "texts", "tokens"]
)
@pytest.mark.parametrize("encoding", [{}, {"encoding_format": "float"}], ids=["base64", "floats"])
def test_embeddings_are_one_vector_for_each_input(given, vectors, encoding):
    with ProviderServer() as server, openai.OpenAI(base_url=server.openai_base_url, api_key="key") as client:
        server.answer(Answer(usage=Usage(prompt=7, completion=0)))
        answered = client.embeddings.create(model="e", input=given, **encoding)
    assert [one.embedding for one in answered.data] == [[0.25, -0.5, 0.125]] * vectors
    assert (answered.model, answered.usage.prompt_tokens, server.requests[0].api) == ("e", 7, "openai.embeddings")


def test_a_port_of_ones_own():
    with ProviderServer() as first:
        port = int(first.url.rpartition(":")[2])
    with ProviderServer(port=port) as second:
        assert second.url == first.url


def test_closing_releases_what_is_held_and_ends_every_thread():
    before = set(threading.enumerate())
    hold = Hold()
    said = []
    with ProviderServer() as server:
        server.answer(Answer(text="late", hold=hold))
        waiting = threading.Thread(target=lambda: said.append(ask(server)))
        waiting.start()
        hold.reached.wait()
    waiting.join()
    assert said == ["late"]
    assert threads_left(before) == []


def test_a_path_that_no_provider_has():
    with ProviderServer() as server:
        request = urllib.request.Request(f"{server.url}/v1/nothing", data=json.dumps({}).encode(), method="POST")
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request)
        assert raised.value.code == 404
        raised.value.close()

"""Real clients in the hands of a recorder, for tests of whose a captured call is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import openai

from tests.record.memory import Memory, attributes
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.testing import ProviderServer

MESSAGES = [{"role": "user", "content": "Say something about Riga."}]


class Client:
    """A warped OpenAI client and short ways to ask it."""

    def __init__(self, wm: Any, server: ProviderServer) -> None:
        self.server = server
        self.openai = wm.warp(openai.OpenAI(api_key="key", base_url=server.openai_base_url, max_retries=0))

    def ask(self, **changes: Any) -> Any:
        """A response, or the stream of one."""
        return self.openai.chat.completions.create(model="gpt-test", messages=MESSAGES, **changes)

    def stream(self) -> Any:
        """A stream that nobody has read yet."""
        return self.ask(stream=True, stream_options={"include_usage": True})

    def close(self) -> None:
        """Release its connections."""
        self.openai.close()


def async_openai(server: ProviderServer) -> openai.AsyncOpenAI:
    """An asynchronous OpenAI client that does not retry."""
    return openai.AsyncOpenAI(api_key="key", base_url=server.openai_base_url, max_retries=0)


def sync_anthropic(server: ProviderServer) -> anthropic.Anthropic:
    """An Anthropic client that does not retry."""
    return anthropic.Anthropic(api_key="key", base_url=server.anthropic_base_url, max_retries=0)


@contextmanager
def asking(wm: Any, server: ProviderServer) -> Iterator[Client]:
    """A warped client that is closed afterwards."""
    client = Client(wm, server)
    try:
        yield client
    finally:
        client.close()


def calls(memory: Memory) -> list[Any]:
    """The spans of all calls, in the order of ending."""
    return [span for span in memory.spans if attributes(span).get(semconv.WARPMETRICS_ENTITY_TYPE) == "call"]


def parents(memory: Memory) -> list[str]:
    """The native ids of what the calls hang on, in the order of recording, each confirmed by its span."""
    found = []
    for span in calls(memory):
        parent_id = attributes(span)[semconv.WARPMETRICS_PARENT_ID]
        assert span.parent.span_id == ids.span_id_of(parent_id)
        found.append(parent_id)
    return found

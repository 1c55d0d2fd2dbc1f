"""A model for the examples: the real one where OPENAI_API_KEY is set, else a server here that gives known answers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from warpmetrics_otel.testing import ProviderServer


@contextmanager
def local_model(*answers: str) -> Iterator[None]:
    """Without a key, let `OpenAI()` talk to a local server: it gives these answers in turn, then echoes."""
    if os.environ.get("OPENAI_API_KEY"):
        yield
        return
    with ProviderServer() as server:
        server.answer(*answers)
        os.environ.update(OPENAI_API_KEY="local", OPENAI_BASE_URL=server.openai_base_url)
        yield

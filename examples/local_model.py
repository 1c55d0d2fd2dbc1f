"""What the examples talk to: the real thing where its key is set, else a server here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from warpmetrics_otel.testing import NativeApi, ProviderServer


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


@contextmanager
def local_api() -> Iterator[None]:
    """Without a key, let what is meant for Warpmetrics go to a stand-in here."""
    if os.environ.get("WARPMETRICS_API_KEY"):
        yield
        return
    with NativeApi() as api:
        os.environ.update(WARPMETRICS_API_KEY=api.key, WARPMETRICS_API_URL=api.url)
        yield

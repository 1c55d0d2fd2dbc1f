"""What tests of recording share: a recorder in memory, and a provider of models."""

from collections.abc import Iterator

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import Context

from tests.record.memory import Memory, remembered
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.record.warn import forget
from warpmetrics_otel.testing import ProviderServer


@pytest.fixture(autouse=True)
def _warned_of_nothing() -> None:
    """What was said once in an earlier test is said again in this one."""
    forget()


@pytest.fixture(autouse=True)
def _nothing_is_current() -> Iterator[None]:
    """A block that an earlier test left in another context stays current in its own; not for the next test."""
    token = otel_context.attach(Context())
    yield
    otel_context.detach(token)


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A recorder in memory, configured with nothing but its provider."""
    with remembered() as memory:
        yield memory


@pytest.fixture
def wm(memory: Memory) -> Warpmetrics:
    """The recorder."""
    return memory.wm


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    """A server that answers as providers of models do."""
    with ProviderServer() as running:
        yield running

"""A recorder in memory, whose spans are translated."""

from collections.abc import Iterator

import pytest

from tests.record.memory import Memory, remembered


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A recorder in memory, configured with nothing but its provider."""
    with remembered() as memory:
        yield memory

"""Fixtures that tests of several rooms share: the real backends, and whether a missing one is a failure or a skip."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.jaeger import Jaeger, running_jaeger
from tools.backends import BackendUnavailableError


@pytest.fixture(scope="session")
def jaeger() -> Iterator[Jaeger]:
    """A real Jaeger v2; without one the test is skipped, or fails where ``REQUIRE_BACKENDS=1``."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(running_jaeger())
        except BackendUnavailableError as missing:
            if os.environ.get("REQUIRE_BACKENDS") == "1":
                pytest.fail(f"REQUIRE_BACKENDS=1, but {missing}")
            pytest.skip(f"needs Jaeger: {missing}")
        yield running

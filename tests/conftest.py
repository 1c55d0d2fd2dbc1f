"""Fixtures that tests of several rooms share: the real backends, and whether a missing one is a failure or a skip."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version

import hypothesis
import pytest

from tests.e2e.jaeger import Jaeger, running_jaeger
from tests.wheel import wheel_python  # noqa: F401 -- a fixture
from tools.backends import BackendUnavailableError

# How long an example takes depends on the machine, and nothing here asserts times.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what writes OTLP files where their exporter is not installed."""
    try:
        version("opentelemetry-exporter-otlp-json-file")
    except PackageNotFoundError:
        for item in items:
            if item.get_closest_marker("otlp_file"):
                item.add_marker(pytest.mark.skip(reason="needs opentelemetry-exporter-otlp-json-file"))


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

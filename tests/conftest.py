"""Fixtures that tests of several rooms share: the real backends, and whether a missing one is a failure or a skip."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

from tests.e2e.chromium import Chromium, usable_chromium
from tests.e2e.jaeger import Jaeger, running_jaeger
from tests.e2e.prometheus import Prometheus, running_prometheus
from tests.e2e.tempo import Tempo, running_tempo
from tests.wheel import wheel_python  # noqa: F401 -- a fixture
from tools.backends import TEMPO
from tools.programs import BackendUnavailableError

Backend = TypeVar("Backend")

# How long an example takes depends on the machine, and nothing here asserts times. The suite tries the same examples
# every time, so that a failure is the change's; `--hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("suite")


_ADDRESS = re.compile(r" at 0x[0-9a-f]{6}")
_BACKENDS = ("chromium", "prometheus", "tempo", "jaeger")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests of one backend together, put long ones first, and skip by name what needs what is not installed."""
    for item in items:
        if _ADDRESS.search(item.nodeid):
            # Workers that collect different names would not say which of them, nor what to do.
            raise pytest.UsageError(f"{item.nodeid} is named differently in each process: give its parameters ids=")
        # So that it is started once, and not by every worker that the tests are spread over.
        needed = _needed(item)
        backend = next((name for name in _BACKENDS if name in needed), None)
        # Two names would make a group of their own.
        if backend is not None and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(backend))
    # The longest ones first: the last of them would keep one worker busy while the others have nothing left to do.
    items.sort(key=lambda item: not hypothesis.is_hypothesis_test(getattr(item, "obj", None)))
    try:
        version("opentelemetry-exporter-otlp-json-file")
    except PackageNotFoundError:
        for item in items:
            if item.get_closest_marker("otlp_file"):
                item.add_marker(pytest.mark.skip(reason="needs opentelemetry-exporter-otlp-json-file"))


def _needed(item: pytest.Item) -> set[object]:
    """The names of a test's fixtures, and of those that its parameters choose."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    # Some parameters are objects that raise when they are asked what they are.
    chosen = [each for value in params for each in (value if type(value) is tuple else (value,))]
    return {*getattr(item, "fixturenames", ()), *(each for each in chosen if type(each) is str)}


@pytest.fixture(scope="session")
def jaeger() -> Iterator[Jaeger]:
    """A real Jaeger v2; without one the test is skipped, or fails where ``REQUIRE_BACKENDS=1``."""
    yield from _started("Jaeger", running_jaeger)


@pytest.fixture(scope="session")
def tempo() -> Iterator[Tempo]:
    """A real Tempo, in the same way."""
    yield from _started("Tempo", running_tempo)


@pytest.fixture(scope="session")
def tempo_binary() -> Iterator[Path]:
    """The program of a real Tempo, for tests that start their own."""
    yield from _started("Tempo", lambda: nullcontext(TEMPO.find()))


@pytest.fixture(scope="session")
def prometheus() -> Iterator[Prometheus]:
    """A real Prometheus, in the same way."""
    yield from _started("Prometheus", running_prometheus)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A real Chromium without a window, in the same way."""
    yield from _started("Chromium", usable_chromium)


def _started(name: str, start: Callable[[], AbstractContextManager[Backend]]) -> Iterator[Backend]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(start())
        except BackendUnavailableError as missing:
            if os.environ.get("REQUIRE_BACKENDS") == "1":
                pytest.fail(f"REQUIRE_BACKENDS=1, but {missing}")
            pytest.skip(f"needs {name}: {missing}")
        yield running

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
from tests.session import folder_of_session, shared
from tests.wheel import wheel_python  # noqa: F401 -- a fixture
from tools.backends import TEMPO
from tools.programs import BackendUnavailableError

Backend = TypeVar("Backend")

# How long an example takes depends on the machine, and nothing here asserts times. The suite tries the same examples
# every time, so that a failure is the change's; `--hypothesis-profile=explore` looks for new ones.
_ANY_MACHINE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("suite", _ANY_MACHINE, derandomize=True)
hypothesis.settings.register_profile("explore", _ANY_MACHINE, max_examples=1000)
hypothesis.settings.load_profile("suite")


_ADDRESS = re.compile(r" at 0x[0-9a-f]{6}")
# Files go to workers whole. The longest ones come first: the last of them would keep one worker busy while the others
# have nothing left to do. One worker is at the pages, and makes the wheel's environment, before others need that too.
_FIRST = ("docs", "e2e", "process", "examples")
_TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, and skip by name what needs what is not installed."""
    for item in items:
        if _ADDRESS.search(item.nodeid):
            # Workers that collect different names would not say which of them, nor what to do.
            raise pytest.UsageError(f"{item.nodeid} is named differently in each process: give its parameters ids=")
    items.sort(key=_place)
    try:
        version("opentelemetry-exporter-otlp-json-file")
    except PackageNotFoundError:
        for item in items:
            if item.get_closest_marker("otlp_file"):
                item.add_marker(pytest.mark.skip(reason="needs opentelemetry-exporter-otlp-json-file"))


def _place(item: pytest.Item) -> int:
    room = item.path.relative_to(_TESTS).parts[0]
    return _FIRST.index(room) if room in _FIRST else len(_FIRST)


@pytest.fixture(scope="session")
def jaeger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jaeger]:
    """A real Jaeger v2; without one the test is skipped, or fails where ``REQUIRE_BACKENDS=1``."""
    yield from _started("Jaeger", lambda: shared(Jaeger, running_jaeger, folder_of_session(tmp_path_factory)))


@pytest.fixture(scope="session")
def tempo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tempo]:
    """A real Tempo, in the same way."""
    yield from _started("Tempo", lambda: shared(Tempo, running_tempo, folder_of_session(tmp_path_factory)))


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

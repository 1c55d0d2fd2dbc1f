import threading

import pytest

from tests.testing.native_api import sending
from tests.threads import threads_left
from warpmetrics_otel.testing import NativeApi


@pytest.fixture
def api():
    """Violations are part of what is tested here; every test also proves that no thread is left behind."""
    before = set(threading.enumerate())
    with NativeApi() as running:
        yield running
    assert threads_left(before) == []


@pytest.fixture
def client(api):
    with sending.client(api) as one:
        yield one

import threading

import pytest

from tests.testing.native_api import sending
from warpmetrics_otel.testing import NativeApi


@pytest.fixture
def api():
    """Violations are part of what is tested here; every test also proves that no thread is left behind."""
    before = set(threading.enumerate())
    with NativeApi() as running:
        yield running
    assert set(threading.enumerate()) == before


@pytest.fixture
def client(api):
    with sending.client(api) as one:
        yield one

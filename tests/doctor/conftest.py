"""What tests of the doctor share: an environment without a setting, a stand-in API, and a look at a report."""

import os

import pytest

from warpmetrics_otel.testing import NativeApi


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("WARPMETRICS_", "OTEL_")):
            monkeypatch.delenv(name)


@pytest.fixture
def api():
    with NativeApi() as api:
        yield api

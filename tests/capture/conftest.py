"""A provider server for every test, and a sink that writes down what it is told."""

import pytest

from warpmetrics_otel import capture
from warpmetrics_otel.testing import ProviderServer


class RecordingSink:
    """Keeps everything in order: `events` of (what, captured, key)."""

    def __init__(self):
        self.events = []
        self.wanted = True

    def enabled(self):
        return self.wanted

    def started(self, captured):
        self.events.append(("started", captured, None))

    def returned(self, captured, key):
        self.events.append(("returned", captured, key))

    def finished(self, captured):
        self.events.append(("finished", captured, None))

    @property
    def steps(self):
        return [what for what, _, _ in self.events]

    @property
    def keys(self):
        return [key for what, _, key in self.events if what == "returned"]

    @property
    def finished_data(self):
        return [captured.data for what, captured, _ in self.events if what == "finished"]

    @property
    def only(self):
        """The data of the only call there was; fails unless it was started once and finished once."""
        capture.drain()
        assert self.steps.count("started") == self.steps.count("finished") == 1, self.steps
        return self.finished_data[0]


@pytest.fixture
def sink():
    return RecordingSink()


@pytest.fixture
def server():
    with ProviderServer() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    """What is said once a process is said once a test."""
    monkeypatch.setattr("warpmetrics_otel.capture.recording._said", set())

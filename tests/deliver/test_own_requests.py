"""Promise 7: own requests are not instrumented, and threads and forks do not get into each other's way."""

import logging
import os
import threading

import pytest
import urllib3
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.deliver.entities import program, run
from tests.patience import PATIENCE_S
from warpmetrics_otel.deliver.retry import Backoff

WORKER = "warpmetrics-delivery"


def workers():
    return [thread for thread in threading.enumerate() if thread.name == WORKER]


class Failed(logging.Handler):
    """Hears that a first try has failed: from then on the pipeline waits for its backoff."""

    def __init__(self):
        super().__init__()
        self.said = threading.Event()

    def emit(self, record):
        if "does not take batches" in record.getMessage():
            self.said.set()


@pytest.fixture
def instrumented():
    """Spans of whatever uses urllib3 in this process."""
    instrumentation = pytest.importorskip("opentelemetry.instrumentation.urllib3")
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    active = instrumentation.URLLib3Instrumentor()
    active.instrument(tracer_provider=provider)
    yield exporter
    active.uninstrument()
    provider.shutdown()


def test_requests_of_ours_make_no_spans(api, pipeline, instrumented):
    urllib3.PoolManager(retries=False).request("GET", api.url + "/health").read()
    assert len(instrumented.get_finished_spans()) == 1

    pipe = pipeline()
    pipe.take(program())
    assert pipe.flush(60).delivered == 7
    assert len(instrumented.get_finished_spans()) == 1
    assert "traceparent" not in api.requests[-1].headers


def test_a_worker_starts_with_the_first_entity(api, pipeline):
    pipe = pipeline()
    assert workers() == []
    pipe.take([run()])
    assert len(workers()) == 1
    pipe.take(program())
    assert len(workers()) == 1
    pipe.shutdown(60)
    assert workers() == []


def in_child(work):
    """Call a function in a forked child; fails unless it gives True there."""
    child = os.fork()
    if not child:
        # Past pytest and its fixtures, which are the parent's.
        try:
            status = 0 if work() else 1
        except BaseException:
            status = 2
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_forked_child_delivers_its_own_and_not_the_parents(api, pipeline, monkeypatch):
    mine, the_childs = program(), program()
    # So that the parent tries again when it is told to, and not before the child has.
    pipe = pipeline(backoff=Backoff(first=3600.0, longest=3600.0))
    failed = Failed()
    monkeypatch.setattr(logging.getLogger("warpmetrics_otel"), "handlers", [failed])
    with api.down():
        pipe.take(mine)
        assert failed.said.wait(PATIENCE_S)
        assert pipe.counts().pending == 7
        at_fork = os.getpid()

        def work():
            assert os.getpid() != at_fork
            assert pipe.counts().pending == 0
            assert workers() == []
            pipe.take(the_childs)
            return pipe.counts().pending == 7

        in_child(work)

    def deliver():
        pipe.take(the_childs)
        return pipe.flush(60).delivered == 7

    in_child(deliver)
    assert {row["id"] for row in api.entities("runs")} == {the_childs[0].id}
    assert pipe.flush(60).delivered == 7
    assert {row["id"] for row in api.entities("runs")} == {the_childs[0].id, mine[0].id}


def test_a_forked_child_does_not_use_the_parents_connection(api, pipeline, monkeypatch):
    made = []
    connect = urllib3.connection.HTTPConnection.connect
    monkeypatch.setattr(
        urllib3.connection.HTTPConnection, "connect", lambda self: (made.append(self), connect(self))[1]
    )
    pipe = pipeline()
    pipe.take(program())
    pipe.flush(60)
    for _ in range(3):

        def work():
            made.clear()
            pipe.take(program())
            return pipe.flush(60).delivered == 7 and len(made) == 1

        in_child(work)
        pipe.take(program())
        pipe.flush(60)

    # And leaves it open.
    assert len(made) == 1
    assert pipe.counts().delivered == 28
    assert len(api.entities("runs")) == 7


def test_a_fork_in_the_middle_of_everything(api, pipeline):
    # Whatever locks the other threads hold at that moment, the child takes no notice.
    pipe = pipeline()
    enough = threading.Event()

    def agent():
        while not enough.is_set():
            pipe.take([run()])
            pipe.counts()

    busy = [threading.Thread(target=agent) for _ in range(3)]
    for thread in busy:
        thread.start()
    try:
        for _ in range(10):

            def work():
                pipe.take(program())
                return pipe.flush(60).delivered == 7

            in_child(work)
    finally:
        enough.set()
        for thread in busy:
            thread.join()
    assert len(api.entities("acts")) == 10

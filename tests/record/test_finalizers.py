"""Dropped handles: a finalizer may run anywhere, so it only appends to a queue; and memory returns.

The garbage collector may start in the middle of a span processor, an exporter or a logging handler,
with whatever lock is held there. Ending a span in a finalizer takes such locks again.
"""

import gc
import logging
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import StatusCode

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import Warpmetrics, semconv


class _Collecting(SpanProcessor):
    """Drops what it was given while it holds a lock that ending a span needs too."""

    def __init__(self) -> None:
        self.held: list[object] = []
        self.deadlocks = 0
        self._lock = threading.Lock()
        self._holder: int | None = None

    def on_end(self, span: ReadableSpan) -> None:
        if self._holder == threading.get_ident():
            self.deadlocks += 1
            return
        with self._lock:
            self._holder = threading.get_ident()
            self.held.clear()
            gc.collect()
            self._holder = None


@pytest.fixture
def collecting() -> Iterator[tuple[Memory, _Collecting]]:
    processor = _Collecting()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    with remembered(provider) as memory:
        yield memory, processor


def test_a_handle_dropped_inside_a_span_processor_ends_nothing_there(
    collecting: tuple[Memory, _Collecting],
) -> None:
    memory, processor = collecting
    cycle: list[object] = [memory.wm.run("dropped")]
    cycle.append(cycle)
    processor.held.append(cycle)
    del cycle
    memory.wm.run("ends").end()
    memory.wm.flush()

    assert processor.deadlocks == 0
    dropped = attributes(memory.named("invoke_workflow dropped"))
    assert dropped[semconv.WARPMETRICS_END_REASON] == semconv.END_REASON_COLLECTED


def by_block(wm: Warpmetrics) -> Iterator[int]:
    with wm.run("dropped"):
        yield 1


def by_use(wm: Warpmetrics) -> Iterator[int]:
    with wm.use(wm.run("dropped")):
        yield 1


def by_call(wm: Warpmetrics) -> Iterator[int]:
    with wm.run("dropped") as run, wm.start_call(run, provider="google", model="m"):
        yield 1


def by_decorator(wm: Warpmetrics) -> Iterator[int]:
    @wm.as_run("dropped")
    def generator() -> Iterator[int]:
        yield 1

    return generator()


@pytest.mark.parametrize("make", [by_block, by_use, by_call, by_decorator])
def test_a_generator_dropped_inside_a_span_processor_ends_nothing_there(
    collecting: tuple[Memory, _Collecting], make: Callable[[Warpmetrics], Iterator[int]]
) -> None:
    memory, processor = collecting
    processor.held.append(make(memory.wm))
    next(processor.held[0])
    with memory.provider.get_tracer("user").start_as_current_span("ends"):
        pass
    assert processor.held == []
    assert processor.deadlocks == 0

    memory.wm.flush()
    assert processor.deadlocks == 0
    assert memory.named("invoke_workflow dropped").status.status_code is StatusCode.UNSET


def test_a_handle_dropped_inside_a_log_handler_logs_nothing_there(caplog: pytest.LogCaptureFixture) -> None:
    # The provider is shut down, so that ending a span has something to say.
    with remembered() as memory:
        held = [memory.wm.run("dropped")]
        memory.provider.shutdown()
        inside = []

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                inside.append(record.getMessage())
                held.clear()
                gc.collect()

        handler = Handler(level=logging.DEBUG)
        logging.getLogger().addHandler(handler)
        try:
            with caplog.at_level(logging.DEBUG):
                logging.getLogger("agent").info("something")
        finally:
            logging.getLogger().removeHandler(handler)

        assert inside == ["something"]
        memory.wm.flush()


def test_the_memory_of_dropped_runs_returns(memory: Memory) -> None:
    runs = [memory.wm.run("review", {"n": number}) for number in range(10_000)]
    assert memory.wm.flush(60).open_runs == 10_000
    gc.collect()
    held = len(gc.get_objects())
    runs.clear()
    assert memory.wm.flush(60).open_runs == 0
    memory.clear()
    gc.collect()

    # Each open run is at least a handle, a state, a span and two dicts; a bounded number of ended ones is remembered.
    assert held - len(gc.get_objects()) > 10_000 * 3


def test_an_instance_that_was_shut_down_is_collected() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    wm = Warpmetrics(tracer_provider=provider)
    wm.run("review").end()
    wm.shutdown()
    gone = threading.Event()
    weakref.finalize(wm, gone.set)
    del wm
    gc.collect()

    assert gone.is_set()
    provider.shutdown()

"""The background thread is gone as soon as it is told to stop, whatever it is in the middle of."""

import threading

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from tests.patience import PATIENCE_S
from tests.record.memory import remembered


class _StopsWhileSwept(SpanProcessor):
    """On the thread that sweeps: has another thread stop it, and goes on only when that has been said."""

    def __init__(self) -> None:
        self.memory = None
        self.stopping: threading.Thread | None = None
        self.swept = threading.Event()

    def on_end(self, span: ReadableSpan) -> None:
        assert self.memory is not None
        janitor = self.memory.wm._core.janitor
        janitor._opened.clear()
        self.stopping = threading.Thread(target=janitor.stop)
        self.stopping.start()
        assert janitor._opened.wait(PATIENCE_S)
        self.swept.set()


def test_stopped_in_the_middle_of_a_sweep_it_does_not_go_to_rest() -> None:
    processor = _StopsWhileSwept()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    with remembered(provider) as memory:
        processor.memory = memory
        memory.wm.run("dropped")
        assert processor.swept.wait(PATIENCE_S)
        assert processor.stopping is not None
        processor.stopping.join(PATIENCE_S / 3)
        assert not processor.stopping.is_alive()

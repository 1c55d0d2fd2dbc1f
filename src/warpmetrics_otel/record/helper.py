"""A thread that waits in our place: exporters of others do not keep to the time they are given.

`force_flush(1000)` of a batch processor can take ten seconds. The thread is started with the first
run, since an interpreter that is exiting (Python 3.12 and newer) starts none.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from warpmetrics_otel.threads import started

logger = logging.getLogger("warpmetrics_otel")

Value = TypeVar("Value")


class Job(Generic[Value]):
    """A function that is called once, by whichever thread.

    Args:
        function: what it raises is logged.
    """

    def __init__(self, function: Callable[[], Value]) -> None:
        self._function = function
        self._done = threading.Event()
        self._answers: list[Value] = []

    def run(self) -> None:
        """Call it."""
        try:
            self._answers.append(self._function())
        except Exception:
            logger.exception("an exporter or provider raised while it was flushed or shut down")
        finally:
            self._done.set()

    def wait(self, seconds: float, *, late: Value) -> Value:
        """What it gave, after at most so many seconds; `late` when it takes longer, or raised."""
        return self._answers[0] if self._done.wait(max(seconds, 0.0)) and self._answers else late


class Helper:
    """Calls functions, one after another, while the asking thread does something else or gives up waiting."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Have the thread ready; nothing happens where no thread can be started any more."""
        with self._lock:
            if self._thread is None:
                self._thread = started("flush", self._work)

    def begin(self, function: Callable[[], Value]) -> Job[Value]:
        """Have a function called, now where there is no thread to do it meanwhile."""
        job = Job(function)
        self.start()
        if self._thread is None or self._thread is threading.current_thread():
            job.run()
        else:
            self._jobs.put(job.run)
        return job

    def stop(self) -> None:
        """Let the thread end once it is through with what it was asked."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(timeout=0.1)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

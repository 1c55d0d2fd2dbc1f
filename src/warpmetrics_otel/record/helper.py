"""A thread that waits in our place: exporters of others do not keep to the time they are given.

`force_flush(1000)` of a batch processor can take ten seconds. The thread is started with the first
run, since an interpreter that is exiting (Python 3.12 and newer) starts none.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

logger = logging.getLogger("warpmetrics_otel")

Value = TypeVar("Value")


class Helper:
    """Calls functions, one after another, while the asking thread waits no longer than it wants to."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Have the thread ready; nothing happens where no thread can be started any more."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="warpmetrics-flush", daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    return
                self._thread = thread

    def call(self, function: Callable[[], Value], seconds: float, *, late: Value) -> Value:
        """Call a function, waiting for at most so many seconds; `late` is the answer when it takes longer."""
        self.start()
        if self._thread is None or self._thread is threading.current_thread():
            return function()
        done = threading.Event()
        answers: list[Value] = []

        def job() -> None:
            try:
                answers.append(function())
            except Exception:
                logger.exception("an exporter or provider raised while it was flushed or shut down")
            finally:
                done.set()

        self._jobs.put(job)
        return answers[0] if done.wait(max(seconds, 0.0)) and answers else late

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

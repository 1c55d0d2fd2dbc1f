"""A background thread that ends what was forgotten: dropped handles, and idle ones with an outcome.

It starts with the first run of a process, never at import or configuration, so that a server that
forks its workers after loading the application forks without it.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from warpmetrics_otel.threads import started

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core

INTERVAL = 1.0
"""Seconds between two looks, while anything is open."""

REST = 30.0
"""Seconds between two looks while nothing is; only to notice that the core is gone."""


class Janitor:
    """Looks after one core; forgets it when nobody else remembers it."""

    def __init__(self, core: Core) -> None:
        self._core = weakref.ref(core)
        self._timeout = core.settings.idle_timeout
        self._opened = threading.Event()
        self._stopped = threading.Event()
        self.resting = True
        """Whether nothing was open at the last look; then whatever is opened has to say so."""
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Something was opened: look until nothing is open."""
        with self._lock:
            if self._stopped.is_set() or not self.resting:
                return
            self.resting = False
            if self._thread is None:
                # Where none can be, the exit hook ends what is open.
                self._thread = started("janitor", self._work)
        self._opened.set()

    def stop(self) -> None:
        """End the thread and wait for it, unless it is the one asking."""
        with self._lock:
            self._stopped.set()
            thread, self._thread = self._thread, None
        self._opened.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _work(self) -> None:
        # Waiting out the interval first keeps a busy agent, whose runs come and go, from waking this at every run.
        while not self._stopped.wait(INTERVAL):
            core = self._core()
            if core is None:
                return
            core.sweep(self._timeout)
            if not core.open:
                self._opened.clear()
                self.resting = True
            # What was opened, or stopped this, before that line saw no resting janitor, so it has to be seen here.
            idle = self.resting and not core.open and not self._stopped.is_set()
            del core
            if idle:
                self._opened.wait(REST)

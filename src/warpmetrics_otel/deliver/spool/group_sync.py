"""Syncing what was appended in groups, at a stated interval, whatever the sending thread is waiting for meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from warpmetrics_otel.threads import started


class GroupSync:
    """A thread that syncs within an interval of the first append since the last sync, and sleeps otherwise.

    It starts with the first append, so never before a fork.

    Args:
        sync: puts everything appended before on the disk; never raises.
        seconds: the interval.
    """

    def __init__(self, sync: Callable[[], object], seconds: float) -> None:
        self._sync = sync
        self._seconds = seconds
        self.start_afresh()

    def start_afresh(self) -> None:
        """Called in a forked child, which has no threads."""
        self._due = False
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.RLock()

    def appended(self) -> None:
        """Something was appended. Never raises, never blocks."""
        if not self._due:
            self._due = True
            self._wanted.set()
            if self._thread is None:
                self._start()

    def stop(self) -> None:
        """End the thread without a last sync; a later append starts another."""
        with self._starting:
            thread, self._thread = self._thread, None
            self._stopped.set()
            self._wanted.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self._due = False

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            # Its own, so that nothing meant for this thread is taken by one that is about to stop.
            wanted, stopped = threading.Event(), threading.Event()
            wanted.set()
            self._wanted, self._stopped = wanted, stopped
            self._thread = started("spool", self._work, wanted, stopped)
            if self._thread is None:
                # Closing the spool syncs, or a later append tries again.
                self._due = False

    def _work(self, wanted: threading.Event, stopped: threading.Event) -> None:
        while not stopped.is_set():
            wanted.wait()
            wanted.clear()
            if not stopped.wait(self._seconds):
                # Before the sync: what is appended during it asks for the next.
                self._due = False
                self._sync()

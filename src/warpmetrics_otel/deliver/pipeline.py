"""The way to the native API: one a process and destination, whoever hands it entities.

Taking an entity is cheap and never blocks; a worker thread sends, retries, splits and waits. The
worker starts with the first entity, never before a fork, and a forked child starts its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from warpmetrics_otel import fork
from warpmetrics_otel.deliver.backlog import Backlog
from warpmetrics_otel.deliver.intake import Intake
from warpmetrics_otel.deliver.metrics import PipelineMetrics
from warpmetrics_otel.deliver.retry import Backoff
from warpmetrics_otel.deliver.rows import Row, unchanged
from warpmetrics_otel.deliver.sender import Sender
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.entities import Counts, Entity
from warpmetrics_otel.threads import started

logger = logging.getLogger("warpmetrics_otel")

LINGER_SECONDS = 0.2
"""How long the first entity waits for company."""

REST_SECONDS = 10.0
"""Seconds between two looks at a key that was refused and may have been rotated since."""


class Pipeline:
    """Sends what it is given to one destination.

    Args:
        transport: how a batch gets there.
        backlog: where entities wait.
        backoff: how long it waits after failures; by default from about 1 second to 60.
        metrics: what is told of it; by default through the global MeterProvider.
        dressed: gives a row as it is sent; on the worker's thread.
    """

    def __init__(
        self,
        transport: Transport,
        backlog: Backlog,
        backoff: Backoff | None = None,
        metrics: PipelineMetrics | None = None,
        dressed: Callable[[Row], Row] = unchanged,
    ) -> None:
        self.transport = transport
        self._backlog = backlog
        self._backoff = backoff or Backoff()
        self._metrics = metrics or PipelineMetrics(transport.url)
        self._dressed = dressed
        self._intake = Intake(backlog, self._metrics, self._came)
        self.take_later = self._intake.take_later
        """Accept entities in the making (`entities.Tap`)."""
        self._start_afresh()
        fork.after_fork(self._in_child)

    def __repr__(self) -> str:
        return f"Pipeline({self.transport.url!r})"

    def _start_afresh(self) -> None:
        self._change = threading.Condition()
        self._worker: threading.Thread | None = None
        self._rests(True)
        self._stopping = False
        self._hurried = False
        self._looked = False
        self._sender = Sender(self.transport, self._backlog, self._backoff, self._metrics.sent, self._dressed)

    def _in_child(self) -> None:
        # What waits here was accepted by the parent, which sends it; a thread does not survive a fork.
        self._backlog.start_afresh()
        self.transport.start_afresh()
        self._intake.start_afresh()
        self._start_afresh()

    def take(self, entities: Iterable[Entity]) -> None:
        """Accept entities that were not accepted before. Never raises, never blocks.

        Args:
            entities: parents no later than their children.
        """
        self._intake.take(entities)

    def _came(self) -> None:
        """Have the worker look at what came."""
        if not self._resting:
            with self._change:
                self._change.notify_all()
        elif self._sender.refusal is None:
            self._wake()

    def begin(self) -> None:
        """Make the metrics' instruments: the provider takes none once it is shut down, as it is before us at exit."""
        self._metrics.start(self.counts)

    def knows(self, key: str) -> bool:
        """Whether an entity of this key was accepted, lately."""
        return self._intake.knows(key)

    def flush(self, seconds: float) -> Counts:
        """Send what waits now, for at most so many seconds."""
        until = time.monotonic() + seconds
        self._intake.sort_in()
        # A process that has recorded nothing yet may find what a dead one left.
        waiting = self._backlog.pending() or (self._backlog.durable and not self._looked)
        if waiting and not self._wake():
            self._send_here(until)
        elif waiting:
            with self._change:
                self._hurried = True
                self._change.notify_all()
                # What dead processes left waits now as well, and goes first.
                self._change.wait_for(lambda: self._looked or self._stopping, max(seconds, 0.0))
                # What others go on to record is not waited for: there may be no end to it. Counted in this order, what
                # is delivered in between counts twice, and not as if it had never waited.
                enough = self._backlog.pending()
                enough += self._gone()
                rest = max(until - time.monotonic(), 0.0)
                self._change.wait_for(lambda: self._gone() >= enough or self._settled(), rest)
        return self.counts()

    def counts(self) -> Counts:
        """What became of the entities taken so far."""
        self._intake.sort_in()
        in_memory = self._backlog.in_memory()
        refusal = self._sender.refusal
        return Counts(
            delivered=self._sender.delivered,
            pending=in_memory,
            spooled=max(self._backlog.pending() - in_memory, 0),
            dropped=dict(self._backlog.dropped()),
            refusal=None if refusal is None else refusal.reason,
        )

    def shutdown(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds, and stop."""
        until = time.monotonic() + seconds
        self.flush(seconds)
        with self._change:
            self._stopping = True
            self._change.notify_all()
            worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join(max(until - time.monotonic(), 0.1))
        self._backlog.close()
        self.transport.close()
        counts = self.counts()
        self._metrics.stop(counts)
        self._say_what_is_left(counts)
        return counts

    def _say_what_is_left(self, counts: Counts) -> None:
        if counts.pending or counts.spooled or counts.dropped:
            logger.warning(
                "delivery to %s has stopped: %d entities were delivered, %d were in memory and are lost, %d wait in %s "
                "for the next process, dropped: %s",
                self.transport.url,
                counts.delivered,
                counts.pending,
                counts.spooled,
                self._backlog.place,
                counts.dropped or "none",
            )

    def _gone(self) -> int:
        return self._sender.delivered + self._backlog.dropped().total()

    def _settled(self) -> bool:
        # After a refusal the worker rests once it has looked whether the key is another one.
        refused = self._sender.refusal is not None and self._resting
        return self._stopping or refused or not (self._intake.waits or self._backlog.pending())

    def _wake(self) -> bool:
        """Have a worker at work; False where there is none and can be none."""
        with self._change:
            self._rests(False)
            if self._worker is None and not self._stopping:
                self._worker = started("delivery", self._work)
                if self._worker is None:
                    # A flush sends what waits.
                    self._rests(True)
                    return False
            self._change.notify_all()
            return self._worker is not None and self._worker.is_alive()

    def _send_here(self, until: float) -> None:
        """Be the worker for a while, where no thread can be: an interpreter that is exiting starts none."""
        with self._change:
            if self._worker is not None or self._stopping:
                return
            self._worker = threading.current_thread()
        patience = self.transport.seconds
        try:
            self._backlog.sync()
            while not self._settled() and (rest := until - time.monotonic()) > 0:
                self.transport.seconds = min(patience, rest)
                time.sleep(min(self._sender.send_next(), rest))
        finally:
            with self._change:
                self.transport.seconds = patience
                self._worker = None
                self._rests(True)
                self._change.notify_all()

    def _work(self) -> None:
        self.begin()
        while not self._stopping:
            try:
                self._step()
            except Exception:
                logger.exception("an error of ours stopped delivery to %s; it goes on in a while", self.transport.url)
                self._pause(REST_SECONDS)
        self._backlog.sync()

    def _step(self) -> None:
        self._intake.sort_in()
        self._metrics.worked()
        if not self._looked:
            self._backlog.sync()
            with self._change:
                self._looked = True
                self._change.notify_all()
        if self._backlog.pending() and self._sender.refusal is None:
            self._gather()
            self._intake.sort_in()
            wait = self._sender.send_next()
            self._backlog.sync()
            self._pause(wait)
        else:
            self._rest()

    def _gather(self) -> None:
        """Let the first entity wait for company, unless somebody waits for a flush or there is company enough."""
        self._wait(LINGER_SECONDS, lambda: self._backlog.pending() >= self._sender.most)

    def _pause(self, seconds: float) -> None:
        with self._change:
            self._change.notify_all()
        if seconds and self._wait(seconds, lambda: False):
            # A flush is worth one try at once, not one after another.
            with self._change:
                self._hurried = False

    def _wait(self, seconds: float, enough: Callable[[], bool]) -> bool:
        """Wait, and make meanwhile what the agents leave for later; whether a flush or the end came in between."""
        until = time.monotonic() + seconds
        while not enough() and (rest := until - time.monotonic()) > 0:
            with self._change:
                self._change.wait_for(lambda: self._intake.crowded or self._urged(), rest)
            if self._urged():
                return True
            self._intake.sort_in()
        return False

    def _rest(self) -> None:
        if self._sender.refusal is not None:
            self._sender.reconsider()
        self._backlog.sync()
        with self._change:
            self._hurried = False
            self._rests(True)
            self._change.notify_all()
            # What was added before that line saw no resting worker, so it has to be seen here.
            if self._settled():
                self._change.wait_for(lambda: self._stopping or not self._resting, REST_SECONDS)
            self._rests(False)

    def _rests(self, resting: bool) -> None:
        """Whether the worker has to be woken when something comes."""
        self._resting = resting
        self._intake.rests(resting)

    def _urged(self) -> bool:
        return self._stopping or self._hurried

"""What a pipeline takes: entities that it has not had before, each written as its record when it is made.

The agent's thread leaves what recording tells it for the worker, up to a bound; with a spool it has to be in a file at
once. Mouths bring entities that are made already.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress

from warpmetrics_otel.deliver.backlog import Backlog
from warpmetrics_otel.deliver.metrics import PipelineMetrics
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.deliver.tally import fact_of
from warpmetrics_otel.entities import Entity, Fact, Told
from warpmetrics_otel.translate.records import record_of

logger = logging.getLogger("warpmetrics_otel")

MOST_LATER_BYTES = 4_000_000
"""What may wait to be made by the worker, beyond the bounds of what waits to be sent. It is woken before."""

_MOST_FACTS = 500
"""What may wait to be counted by the worker, or by whoever asks for the counts."""

_TOLD_BYTES = 1000
"""What each of them counts as beside the texts in it."""

_LOST = "an entity could not be made, and is lost"


class Intake:
    """Any thread may bring something. Never raises, never waits for a request.

    Args:
        backlog: where records go.
        metrics: what is told of them.
        came: called when something has come while the worker rests, or when the worker should make what was left.
    """

    def __init__(self, backlog: Backlog, metrics: PipelineMetrics, came: Callable[[], None]) -> None:
        self._backlog = backlog
        self._metrics = metrics
        self._came = came
        self.take_later: Callable[[Told, int], None] = self._take_now if backlog.durable else self._leave
        """Accept entities in the making (`entities.Tap`)."""
        self.start_afresh()

    def start_afresh(self) -> None:
        """Called in a forked child: what was taken is the parent's."""
        self._later: deque[Told] = deque()
        self._later_bytes = 0
        self._facts: list[Fact] = []
        self._making = False
        self.crowded = False
        """Whether the worker should make what was left for later, whatever it is waiting for."""
        self._seen = Seen()
        self._taking = self._backlog.lock
        self.rests(True)

    def rests(self, resting: bool) -> None:
        """Say whether the worker has to be told when something comes."""
        self._resting = resting
        # The agent waits for every look at something, so that it looks at one number.
        self._much = -1 if resting else MOST_LATER_BYTES // 2

    @property
    def waits(self) -> bool:
        """Whether something is left for later, or on its way into the backlog."""
        return bool(self._later) or self._making

    def take(self, entities: Iterable[Entity]) -> None:
        """Accept entities that were not accepted before, parents no later than their children."""
        self.sort_in()
        # Together: another mouth that brings a child must find that its parent waits, not only that it was seen.
        with self._taking:
            for entity in entities:
                if self._seen.add(entity.key):
                    self._backlog.add([record_of(entity)])
                    fact = fact_of(entity)
                    if fact is not None:
                        self._facts.append(fact)
            self._count()
        if self._resting:
            self._came()

    def _take_now(self, told: Told, _size: int) -> None:
        try:
            keys, records, fact = told[0](told)
        except Exception:
            logger.exception(_LOST)
            return
        # It has to be in a file before the verb returns.
        with self._taking:
            if not self._seen.add(*keys):
                records, fact = self._rest_of(keys, records, fact)
                if not records:
                    return
            self._backlog.add(records)
            if fact is not None:
                self._facts.append(fact)
                if len(self._facts) > _MOST_FACTS:
                    self._count()
        if self._resting:
            self._came()

    def _leave(self, told: Told, size: int) -> None:
        self._later.append(told)
        # Threads may overwrite each other's sums: it is a bound, not an account, and begins anew each time.
        self._later_bytes = size = self._later_bytes + size + _TOLD_BYTES
        if size > self._much:
            self._attend(size)

    def sort_in(self) -> None:
        """Make what was left for later, in its order. Afterwards everything that was brought before is known."""
        # What another thread is making is waited for.
        if self._later or self._making or self._facts:
            with self._taking:
                before, self._making = self._making, True
                self.crowded = False
                self._later_bytes = 0
                try:
                    self._make(self._left())
                finally:
                    self._making = before
                    self._count()

    def knows(self, key: str) -> bool:
        """Whether an entity of this key was accepted, lately."""
        if key not in self._seen:
            self.sort_in()
        return key in self._seen

    def _attend(self, size: int) -> None:
        """See to what was left: the worker is resting, or there is too much of it."""
        if size > MOST_LATER_BYTES:
            # What the worker does not make in time the agent has to.
            self.sort_in()
        elif size > MOST_LATER_BYTES // 2 and not self.crowded:
            self.crowded = True
            self._came()
            return
        if self._resting:
            self._came()

    def _left(self) -> Iterator[Told]:
        for _ in range(len(self._later)):
            try:
                told = self._later.popleft()
            except IndexError:
                # A signal's handler that recorded something has been here in between.
                return
            yield told

    def _make(self, all_told: Iterable[Told]) -> None:
        made: list[bytes] = []
        is_new = self._seen.add
        try:
            for told in all_told:
                try:
                    keys, records, fact = told[0](told)
                except Exception:
                    logger.exception(_LOST)
                    continue
                if not is_new(*keys):
                    records, fact = self._rest_of(keys, records, fact)
                made += records
                if fact is not None:
                    self._facts.append(fact)
        finally:
            if made:
                self._backlog.add(made)

    def _rest_of(
        self, keys: Sequence[str], records: Sequence[bytes], fact: Fact | None
    ) -> tuple[Sequence[bytes], Fact | None]:
        """What nobody else has brought, where somebody has brought some."""
        new = [self._seen.add(key) for key in keys]
        return list(compress(records, new)), fact if new[0] else None

    def _count(self) -> None:
        facts, self._facts = self._facts, []
        self._metrics.took(facts)

"""Getting the oldest waiting rows to the server: batches, splits, and what each answer leads to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from warpmetrics_otel.deliver.backlog import Backlog
from warpmetrics_otel.deliver.pace import Pace
from warpmetrics_otel.deliver.retry import Backoff
from warpmetrics_otel.deliver.rows import Row, body, shortened
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.deliver.verdict import Answer, Verdict

logger = logging.getLogger("warpmetrics_otel")

MOST_ENTITIES = 2000
MOST_BYTES = 2_000_000
_SMALLEST_BYTES = 1000
_WIDEN_AFTER = 32
"""How many batches have to arrive before larger ones are tried: a limit may be gone, and asking costs a request."""
_UNREADABLE_SECONDS = 5.0
"""How long it waits for rows that wait and cannot be read, as those on a disk that fails."""
_AGAIN_SECONDS = 10.0
"""How long a second refusal in a row is taken for an answer, whatever the key is by then."""


class Sender:
    """Sends one batch at a time, in order. Used by one thread.

    Args:
        transport: how a batch gets there.
        backlog: where the rows are.
        backoff: how long it waits after failures.
        over: told the seconds that a batch took, and a short word for the error it ended with, if any.
        dressed: gives a row as it is sent.
    """

    def __init__(
        self,
        transport: Transport,
        backlog: Backlog,
        backoff: Backoff,
        over: Callable[[float, str | None], None],
        dressed: Callable[[Row], Row],
    ) -> None:
        self._transport = transport
        self._backlog = backlog
        self._backoff = backoff
        self._over = over
        self._dressed = dressed
        self._began: float | None = None
        self._pace = Pace()
        self._failures = 0
        self._most_bytes = MOST_BYTES
        self._arrived = 0
        self._said: set[str] = set()
        self.most = MOST_ENTITIES
        """How many entities a batch may have; less while a bad one among them is being isolated."""
        self.delivered = 0
        """How many entities the server took."""
        self.refusal: Answer | None = None
        """Why the server takes nothing, if that is so."""
        self._refused_key = ""
        self._rotated = False
        self._again_at = 0.0
        self._not_before = 0.0

    def send_next(self) -> float:
        """Send the oldest rows.

        Returns:
            Seconds to wait before the next call.
        """
        now = time.monotonic()
        wait = max(self._pace.wait(now), self._not_before - now)
        if wait > 0:
            return wait
        rows = self._backlog.next(self.most, self._most_bytes)
        if rows:
            return self._send(rows)
        return _UNREADABLE_SECONDS if self._backlog.pending() else 0.0

    def reconsider(self) -> None:
        """After a refusal: go on if the key is another one now; else count what cannot be kept."""
        # Some functions give a new key every time, which is no reason to ask the server all the time.
        if self._key_has_changed() and (not self._rotated or time.monotonic() >= self._again_at):
            self._rotated = True
            logger.info("the API key has changed; delivery to %s goes on", self._transport.url)
            self.refusal = None
        elif not self._backlog.durable:
            self._backlog.refuse_all("refused")

    def _key_has_changed(self) -> bool:
        try:
            return self._transport.key() != self._refused_key
        except Exception:  # noqa: BLE001 -- the user's function; it is reported when a request needs it
            return False

    def _send(self, rows: list[Row]) -> float:
        now = time.monotonic()
        self._pace.sent(now)
        began = now if self._began is None else self._began
        answer = self._transport.send(body(map(self._dressed, rows)))
        # All tries of a batch are one operation.
        self._began = began if answer.verdict is Verdict.TRANSIENT else None
        if self._began is None:
            self._over(time.monotonic() - began, _error_of(answer))
        if answer.verdict is Verdict.DELIVERED:
            self._delivered(rows)
        elif answer.verdict is Verdict.TRANSIENT:
            return self._failed(answer)
        elif answer.verdict is Verdict.REFUSED:
            return self._refused(answer)
        elif len(rows) > 1:
            self._narrow(rows, answer)
        elif answer.verdict is Verdict.TOO_LARGE:
            return self._shorten(rows[0], answer)
        else:
            self._give_up(rows[0], "invalid", answer)
        return 0.0

    def _delivered(self, rows: list[Row]) -> None:
        if self._failures:
            logger.info("%s takes batches again after %d failed tries", self._transport.url, self._failures)
        self._failures = 0
        # In this order: who finds that nothing waits must find it counted, and said.
        self.delivered += len(rows)
        self._backlog.done(rows)
        self._rotated = False
        self._said.discard("refused")
        self.most = min(self.most * 2, MOST_ENTITIES)
        self._arrived += 1
        if self._arrived >= _WIDEN_AFTER:
            self._arrived = 0
            self._most_bytes = min(self._most_bytes * 2, MOST_BYTES)

    def _failed(self, answer: Answer) -> float:
        self._failures += 1
        wait = self._backoff.wait(self._failures, answer.retry_after)
        if answer.retry_after is not None:
            # A flush may cut our own waits short, not one that the server asked for.
            self._not_before = time.monotonic() + wait
        if self._failures == 1:
            logger.warning(
                "%s does not take batches (%s); trying again until it does, %d entities wait",
                self._transport.url,
                answer.reason,
                self._backlog.pending(),
            )
        return wait

    def _refused(self, answer: Answer) -> float:
        self._refused_key = self._transport.used_key
        if self._key_has_changed() and not self._rotated:
            # While the request was on its way.
            self._rotated = True
            return 0.0
        self.refusal = answer
        self._again_at = time.monotonic() + _AGAIN_SECONDS
        kept = "they are kept in the spool" if self._backlog.durable else "without a spool they are lost"
        if self._first_time("refused"):
            logger.error(
                "%s refuses for good (%s): nothing more is sent, %d entities wait and %s. Check the API key, the "
                "project id and the address, then start again",
                self._transport.url,
                answer.reason,
                self._backlog.pending(),
                kept,
            )
        if not self._backlog.durable:
            self._backlog.refuse_all("refused")
        return 0.0

    def _narrow(self, rows: list[Row], answer: Answer) -> None:
        """Try with fewer: half the bytes for a size limit, half the rows for something in them."""
        if answer.verdict is Verdict.TOO_LARGE:
            self._most_bytes = max(sum(len(row.text) for row in rows) // 2, _SMALLEST_BYTES)
            self._arrived = 0
        self.most = max(len(rows) // 2, 1)

    def _shorten(self, row: Row, answer: Answer) -> float:
        shorter = shortened(row, len(row.text) // 2)
        if shorter is None:
            self._give_up(row, "too_large", answer)
            return 0.0
        before = self.delivered
        wait = self._send([shorter])
        if self.delivered > before and self._first_time("shortened"):
            logger.error(
                "a call is too large for %s (%s): it was sent without its longest content",
                self._transport.url,
                answer.reason,
            )
        return wait

    def _give_up(self, row: Row, reason: str, answer: Answer) -> None:
        self._backlog.refused(row, reason)
        if self._first_time(reason):
            logger.error(
                "%s refuses an entity for good (%s): it is set aside, the others go on",
                self._transport.url,
                answer.reason,
            )

    def _first_time(self, what: str) -> bool:
        first = what not in self._said
        self._said.add(what)
        return first


def _error_of(answer: Answer) -> str | None:
    if answer.verdict is Verdict.DELIVERED:
        return None
    return answer.verdict.value if answer.status is None else str(answer.status)

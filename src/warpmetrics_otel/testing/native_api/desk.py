"""Where connections hand in their requests: the service behind one lock, and a condition for those who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from warpmetrics_otel.testing.native_api.listener import Listener
from warpmetrics_otel.testing.native_api.received import Received
from warpmetrics_otel.testing.native_api.reply import Reply
from warpmetrics_otel.testing.native_api.script import Script
from warpmetrics_otel.testing.native_api.service import Answer, Service


class Desk:
    """Shared by all connections, and by the test.

    Attributes:
        change: held while anything here is looked at, notified when anything has changed.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.change = threading.Condition()
        self.requests: list[Received] = []
        self.failed_handshakes = 0
        self.script = Script()
        self._behaved = 0

    def arrive(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[Received, Reply, int]:
        """Note a request whose head was read; returns what it is to be answered, and since when, for `hang`."""
        with self.change:
            received = Received(len(self.requests), method, path, headers, time.monotonic())
            self.requests.append(received)
            self.change.notify_all()
            return received, self.script.take(received.route), self._behaved

    def answer(self, received: Received, reply: Reply) -> Answer:
        """What is to be sent for a request that was read."""
        with self.change:
            deserved = self.service.answer(
                received,
                take=reply.taken or (reply.status is None and reply.cut is None),
                acknowledged=reply.healthy,
            )
            self.change.notify_all()
        return deserved if reply.status is None else Answer(reply.status, reply.body, reply.headers)

    def note(self, received: Received, status: int | None) -> None:
        """Note what is sent; None when that failed."""
        with self.change:
            received.status = status
            self.change.notify_all()

    def hang(self, since: int, listener: Listener) -> None:
        """Wait until told to behave after a request's arrival, or until the listener closes."""
        with self.change:
            self.change.wait_for(lambda: self._behaved != since or listener.closing.is_set())

    def behave(self) -> None:
        """Forget every reply that was asked for, and let go of what hangs."""
        with self.change:
            self.script.clear()
            self._behaved += 1
            self.change.notify_all()

    def count_failed_handshake(self) -> None:
        """Note a client that did not want to speak TLS with us."""
        with self.change:
            self.failed_handshakes += 1
            self.change.notify_all()

    def wake(self) -> None:
        """Have everybody who waits look again."""
        with self.change:
            self.change.notify_all()

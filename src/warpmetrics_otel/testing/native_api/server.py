"""The stand-in as tests use it: started and stopped, told to misbehave, asked what has arrived."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar

from warpmetrics_otel.testing.native_api import queries
from warpmetrics_otel.testing.native_api.certificate import Certificate
from warpmetrics_otel.testing.native_api.desk import Desk
from warpmetrics_otel.testing.native_api.handler import Handler
from warpmetrics_otel.testing.native_api.ledger import Row
from warpmetrics_otel.testing.native_api.listener import Listener
from warpmetrics_otel.testing.native_api.place import Place
from warpmetrics_otel.testing.native_api.received import Received
from warpmetrics_otel.testing.native_api.reply import Reply
from warpmetrics_otel.testing.native_api.schema import KINDS
from warpmetrics_otel.testing.native_api.service import EVENTS, Service
from warpmetrics_otel.testing.native_api.violation import Rule, Violation

T = TypeVar("T")
_SHOWN = 20


class NativeApi:
    """Listens on a free port of 127.0.0.1 while used as a context manager.

    Every request is checked; what was wrong is in `violations`. A key of no known form is answered with 401, a batch
    that cannot be read with 400; the rest is taken in, since it is not known how strict the real API is.

    Args:
        keys: the keys in force; by default every key of a known form.
        max_body: the bytes that a request's body may have, above which the answer is 413.
        ingest_per_minute: batches a minute, above which the answer is 429; the real API takes 1,000.
        queries_per_minute: other requests a minute; the real API answers 200.
        certificate_for: to speak TLS with a self-signed certificate for this host, which is right for ``127.0.0.1``
            and for clients that trust `ca_file` only.
        allow: rules whose breaches are not written down, such as ``duplicate`` where senders are killed.
        clock: seconds that never go back, for the rates.
    """

    key = "wm_test_stand_in"
    """A key that is in force unless others were named."""

    def __init__(
        self,
        *,
        keys: Collection[str] | None = None,
        max_body: int | None = None,
        ingest_per_minute: int | None = None,
        queries_per_minute: int | None = None,
        certificate_for: str | None = None,
        allow: Iterable[Rule] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = Service(ingest_per_minute, queries_per_minute, clock)
        self._service.keys = keys
        self._service.max_body = max_body
        self._service.allow = set(allow)
        self._desk = Desk(self._service)
        self._certificate_for = certificate_for
        self._afterwards = ExitStack()
        self._certificate: Certificate | None = None
        self._listener: Listener | None = None
        self._port = 0
        self._place = Place()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if self._certificate_for is not None:
                folder = stack.enter_context(TemporaryDirectory(prefix="warpmetrics-"))
                self._certificate = Certificate(self._certificate_for, Path(folder))
            self.come_back()
            self._afterwards = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cut every connection and wait until all threads have ended. What arrived can still be asked for."""
        self.go_down()
        self._place.leave()
        self._afterwards.close()

    @property
    def url(self) -> str:
        """Scheme, address and port: what `api_url` takes."""
        return f"{'http' if self._certificate_for is None else 'https'}://127.0.0.1:{self._port}"

    @property
    def ca_file(self) -> Path:
        """The certificate, for clients that are to trust it.

        Raises:
            RuntimeError: the server is not started, or speaks no TLS.
        """
        if self._certificate is None:
            raise RuntimeError("there is a certificate with certificate_for=… once the server is started")
        return self._certificate.ca_file

    # What it is to do.

    def answer(self, *replies: Reply, path: str = EVENTS) -> None:
        """Answer the next requests for a path with these, in order, one each."""
        with self._desk.change:
            self._desk.script.add(path, replies)

    def answer_always(self, reply: Reply, path: str = EVENTS) -> None:
        """Answer requests for a path so until told to behave; what `answer` was given goes first."""
        with self._desk.change:
            self._desk.script.set(path, reply)

    def behave(self) -> None:
        """Forget every reply that was asked for, and answer what hangs."""
        self._desk.behave()

    def go_down(self) -> None:
        """Cut every connection and refuse new ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
            self._place.keep(self._port)

    def come_back(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is None:
            tls = None if self._certificate is None else self._certificate.server_context()
            self._place.leave()
            self._listener = Listener(self._port, self._desk, Handler, tls)
            self._port = self._listener.server_port

    @contextmanager
    def down(self) -> Iterator[None]:
        """Be down for the length of a block."""
        self.go_down()
        try:
            yield
        finally:
            self.come_back()

    @property
    def keys(self) -> Collection[str] | None:
        """The keys in force; None for every key of a known form."""
        return self._service.keys

    @keys.setter
    def keys(self, keys: Collection[str] | None) -> None:
        with self._desk.change:
            self._service.keys = keys

    @property
    def max_body(self) -> int | None:
        """The bytes that a request's body may have."""
        return self._service.max_body

    @max_body.setter
    def max_body(self, number: int | None) -> None:
        with self._desk.change:
            self._service.max_body = number

    @property
    def allow(self) -> set[Rule]:
        """Rules whose breaches are not written down from now on; to be added to."""
        return self._service.allow

    def know(self, *ids: str) -> None:
        """Take these ids for arrived, from elsewhere: what refers to them is in order."""
        with self._desk.change:
            self._service.ledger.know(ids)

    # What has arrived.

    @property
    def requests(self) -> list[Received]:
        """Every request, in the order of arriving."""
        with self._desk.change:
            return list(self._desk.requests)

    @property
    def batches(self) -> list[dict[str, Any]]:
        """Every batch that was taken in, in order."""
        with self._desk.change:
            return list(self._service.ledger.batches)

    @property
    def violations(self) -> list[Violation]:
        """Every rule that was broken, in order."""
        with self._desk.change:
            return list(self._service.violations)

    @property
    def classifications(self) -> dict[str, str]:
        """How outcomes are classified, by name."""
        with self._desk.change:
            return dict(self._service.classifications)

    @property
    def failed_handshakes(self) -> int:
        """Connections that came to nothing because the client did not accept the certificate."""
        with self._desk.change:
            return self._desk.failed_handshakes

    def entities(self, kind: str) -> list[Row]:
        """The rows of a kind, each once, in the order of arriving.

        Args:
            kind: the array's name: runs, groups, calls, links, outcomes or acts.
        """
        if kind not in KINDS:
            raise ValueError(f"no array is called {kind!r}: take one of {', '.join(KINDS)}")
        with self._desk.change:
            return self._service.ledger.rows(kind)

    def row(self, key: str) -> Row:
        """The row with an id; a link's is ``parent id>child id``.

        Raises:
            LookupError: it has not arrived.
        """
        with self._desk.change:
            found = self._service.ledger.find(key)
        if found is None:
            raise LookupError(f"{key} has not arrived")
        return found[1]

    def run(self, run_id: str) -> Row:
        """A run as ``GET /v1/runs/{id}`` shows it, with its outcomes, their acts, follow-up runs, and groups.

        Raises:
            LookupError: it has not arrived.
        """
        with self._desk.change:
            return queries.run_detail(self._service.ledger, run_id)

    def incomplete(self) -> list[str]:
        """What still waits for another row: links without one of their ends, groups and calls without a link."""
        with self._desk.change:
            return self._service.ledger.incomplete()

    def wait_for(self, predicate: Callable[[], T], timeout: float = 30.0) -> T:
        """Wait until a function of no arguments gives something true, and return that.

        It is called again whenever anything has arrived or was answered.

        Args:
            predicate: what to wait for, such as ``lambda: api.entities("runs")``.
            timeout: seconds.

        Raises:
            TimeoutError: it did not become true in time; says what has arrived.
        """
        with self._desk.change:
            if result := self._desk.change.wait_for(predicate, timeout):
                return result
            counts = ", ".join(f"{len(self.entities(kind))} {kind}" for kind in KINDS)
            raise TimeoutError(f"not within {timeout} s; arrived in {len(self.requests)} requests: {counts}")

    def check(self) -> None:
        """Fail where a rule was broken.

        Raises:
            AssertionError: with the first of them.
        """
        found = self.violations
        if found:
            shown = "\n".join(f"{item.rule}, request {item.request}: {item.text}" for item in found[:_SHOWN])
            raise AssertionError(f"{len(found)} violations of the API's rules:\n{shown}")

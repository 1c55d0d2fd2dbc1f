"""The life of a recorder: configured, set up with the first verb, flushed, replaced and stopped.

In forked children too, which have the configuration but neither the open spans nor the threads.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from warpmetrics_otel import fork, semconv
from warpmetrics_otel.record.result import Exported, FlushResult
from warpmetrics_otel.record.sink import CurrentSink
from warpmetrics_otel.record.warn import forget

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from warpmetrics_otel.entities import Counts, Delivery
    from warpmetrics_otel.record.core import Core
    from warpmetrics_otel.record.options import Options
    from warpmetrics_otel.record.settings import Settings

_FLUSH_SECONDS = 5.0
_EXIT_SECONDS = 4.0
"""A second less than a process may take to end: the rest of it has something to do as well."""

_LAST_SHARE = 0.1
"""How much of a deadline is kept for letting go of what could not be flushed."""


class Lifetime:
    """What a `Warpmetrics` is besides its verbs."""

    def __init__(self, **options: Unpack[Options]) -> None:
        self._lock = threading.RLock()
        self._options: Mapping[str, Any] = options
        self._core_now: Core | None = None
        self._stopped = False
        self._sink = CurrentSink(lambda: self._core.claims)
        fork.after_fork(self._in_child)
        if options:
            self._set_up()

    def configure(self, **options: Unpack[Options]) -> None:
        """Choose where spans go and what is on them. A second call flushes and replaces the first.

        Args:
            options: see `docs/configuration.md`; every option has a default from the environment.

        Raises:
            TypeError: an option that does not exist.
            ValueError: an option with a value that makes no sense.
            ImportError: an option that needs a package which is not installed.
        """
        from warpmetrics_otel.record.settings import Settings

        settings = Settings.read(options)
        with self._lock:
            if self._core_now is not None:
                self.shutdown()
            forget()
            self._options, self._stopped = options, False
            self._set_up(settings)

    def flush(self, timeout: float = _FLUSH_SECONDS, *, end_open: bool = False) -> FlushResult:
        """Export what has ended, after ending what got its outcome in this thread or task and is in no block.

        Args:
            timeout: seconds to wait, for exporters and the native API together.
            end_open: also end every other run and group that is in no block.
        """
        core = self._core_now
        if core is None:
            return FlushResult("flushed", 0)
        until = time.monotonic() + timeout
        _end_for_flush(core, timeout, end_open)
        return _flushed(core, until)

    async def aflush(self, timeout: float = _FLUSH_SECONDS, *, end_open: bool = False) -> FlushResult:  # noqa: ASYNC109
        """`flush` without blocking the event loop."""
        core = self._core_now
        if core is None:
            return FlushResult("flushed", 0)
        import asyncio

        until = time.monotonic() + timeout
        _end_for_flush(core, timeout, end_open)
        return await asyncio.to_thread(_flushed, core, until)

    def shutdown(self, timeout: float = _FLUSH_SECONDS) -> FlushResult:
        """End every run in no block, flush, and stop what we made. A user's provider is left running."""
        return self._stop(timeout, semconv.END_REASON_SHUTDOWN, in_blocks=False)

    @property
    def _core(self) -> Core:
        return self._core_now or self._set_up()

    def _set_up(self, settings: Settings | None = None) -> Core:
        # With the first verb, not with the package: half of what importing all of it takes.
        from warpmetrics_otel.record.core import Core
        from warpmetrics_otel.record.settings import Settings

        with self._lock:
            if self._core_now is None:
                settings = settings or Settings.read(self._options if not self._stopped else {"enabled": False})
                self._core_now = Core(settings, self, self._register_exit, self._connect)
                self._register_exit()
            return self._core_now

    def _register_exit(self) -> None:
        # Anew whenever a provider has come into use: exit hooks run last to first, and ours has to run before the
        # provider's own.
        atexit.unregister(self._at_exit)
        atexit.register(self._at_exit)
        fork.at_worker_exit(self._at_exit)

    def _in_child(self) -> None:
        # Another thread of the parent may have held it.
        self._lock = threading.RLock()

    def _at_exit(self) -> None:
        self._stop(_EXIT_SECONDS, semconv.END_REASON_EXIT, in_blocks=True)

    def _stop(self, timeout: float, reason: str, *, in_blocks: bool) -> FlushResult:
        until = time.monotonic() + timeout
        if self._core_now is not None:
            # While it is still the one that requests under way are told to.
            self._core_now.claims.settle()
        with self._lock:
            core, self._core_now = self._core_now, None
            self._stopped = True
        if core is None:
            return FlushResult("flushed", 0)
        atexit.unregister(self._at_exit)
        core.janitor.stop()
        core.drain(max(timeout, 0.0))
        core.end_all(reason, in_blocks=in_blocks)
        return _finished(core, until)

    def _connect(self, settings: Settings, provider: TracerProvider) -> Delivery | None:
        """Where entities go beside the spans; recording alone knows of no such place."""
        return None


def _flushed(core: Core, until: float) -> FlushResult:
    failed: bool | None = False
    rest = _until(until)
    exporting = core.helper.begin(partial(core.destination.force_flush, int(rest * 1000)))
    counts = None if core.delivery is None else core.delivery.flush(_until(until))
    return _result(core, exporting.wait(_until(until), late=failed), counts)


def _finished(core: Core, until: float) -> FlushResult:
    failed: bool | None = False
    last = until - _until(until) * _LAST_SHARE
    # Side by side, so that neither a dead collector nor a dead API costs the other its time.
    exporting = core.helper.begin(partial(core.destination.force_flush, int(_until(until) * 1000)))
    counts = None if core.delivery is None else core.delivery.shutdown(_until(last))
    exported = exporting.wait(_until(last), late=failed)
    core.helper.begin(core.destination.shutdown).wait(_until(until), late=None)
    core.helper.stop()
    return _result(core, exported, counts)


def _until(moment: float) -> float:
    """Seconds until a moment of the monotonic clock."""
    return max(moment - time.monotonic(), 0.0)


def _result(core: Core, exported: bool | None, counts: Counts | None) -> FlushResult:
    said: Exported = "unknown" if exported is None else "flushed" if exported else "failed"
    if counts is None:
        return FlushResult(said, core.open_runs())
    return FlushResult(
        said, core.open_runs(), counts.delivered, counts.pending, counts.spooled, counts.dropped, counts.refusal
    )


def _end_for_flush(core: Core, timeout: float, end_open: bool) -> None:
    core.drain(max(timeout, 0.0))
    core.catch_up()
    if end_open:
        core.end_all(semconv.END_REASON_FLUSH)
    else:
        core.end_decided()

"""One request from its start until its data is complete, told to the sink step by step.

A request is finished once, whichever comes first: the response, the end of its stream, an error, the
stream being closed, or the stream being collected. Only the last is not told at once: a finalizer
may run anywhere, also while locks are held, so it does nothing but append to a deque for `drain`.
"""

from __future__ import annotations

import logging
import weakref
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns, time_ns
from typing import Any

from warpmetrics_otel.capture.data import CallData, Captured, Sink
from warpmetrics_otel.capture.shape import Shape

logger = logging.getLogger("warpmetrics_otel")

abandoned: deque[Recording] = deque()
"""Requests whose streams were collected or coroutines closed, until the next `drain`."""

_said: set[str] = set()


class Recording:
    """A request that is being captured. The methods may be called from any thread, unless they say otherwise."""

    def __init__(self, sink: Sink, shape: Shape, data: CallData) -> None:
        self.captured = Captured(data)
        self.captured.settle = self.settle
        self._sink = sink
        self._shape = shape
        self._pieces = shape.pieces()
        self._streamed = False
        self._guard: weakref.finalize[Any, Any] | None = None
        # Taking the only item is atomic, so that two threads that close a stream finish it once.
        self._open = [True]
        data.started_ns = time_ns()
        self._began = self._touched = perf_counter_ns()
        sink.started(self.captured)

    def returned(self, key: object) -> None:
        """Tell what stands for the request in the user's code."""
        self._touched = perf_counter_ns()
        self._sink.returned(self.captured, key)

    def guard(self, thing: object) -> None:
        """Settle this when `thing`, from now on the only one that matters, is collected unread."""
        if self._guard is not None:
            self._guard.detach()
        self._guard = weakref.finalize(thing, self.leave)
        self._guard.atexit = False

    def respond(self, response: object) -> None:
        """A whole response has come, and stands for the request."""
        now = perf_counter_ns()
        if self._open:
            self._read(self._shape.respond, self.captured.data, response)
        self._sink.returned(self.captured, response)
        self._finish(now)

    def add(self, event: Any) -> None:
        """An event of the stream has passed."""
        self._touched = perf_counter_ns()
        data = self.captured.data
        if data.first_chunk_ns is None:
            self._streamed = True
            data.first_chunk_ns = data.started_ns + self._touched - self._began
        if self._open and self._read(self._pieces.add, event):
            self._finish(self._touched)

    def complete(self) -> None:
        """The stream has come to its end."""
        self._finish(perf_counter_ns())

    def fail(self, error: BaseException) -> None:
        """The request or its stream has raised; the error too stands for the request from now on."""
        if self._open:
            self._blame(error)
            self._sink.returned(self.captured, error)
            self._finish(perf_counter_ns())

    def settle(self) -> None:
        """Nobody reads on: finish with what was seen, at the time of the last of it."""
        self._finish(self._touched)

    def leave(self, error: BaseException | None = None) -> None:
        """Let the next `drain` settle this; the only method for finalizers and for coroutines that are collected."""
        if self._open:
            if error is not None:
                self._blame(error)
            abandoned.append(self)

    def _blame(self, error: BaseException) -> None:
        kind = type(error)
        self.captured.data.error = str(error) or None
        self.captured.data.error_type = (
            kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        )

    def _finish(self, at: int) -> None:
        try:
            self._open.pop()
        except IndexError:
            return
        data = self.captured.data
        if self._streamed:
            self._read(self._pieces.fill, data)
        data.ended_ns = data.started_ns + at - self._began
        self.captured.done = True
        self._sink.finished(self.captured)

    def _read(self, reader: Callable[..., Any], *values: Any) -> Any:
        try:
            return reader(*values)
        except Exception:  # noqa: BLE001 -- a client newer than we know must not break the agent that uses it
            unreadable(self._shape)
            return None


def unreadable(shape: Shape) -> None:
    """Warn, once for every kind of request, about the exception being handled."""
    if shape.name not in _said:
        _said.add(shape.name)
        logger.warning(
            "a request or response of %s has a form that this version of warpmetrics-otel cannot read: such calls are "
            "recorded without what could not be read; please report it with the version of the client",
            shape.name,
            exc_info=True,  # noqa: LOG014 -- called while the exception is handled
        )


def drain() -> None:
    """Finish the requests whose streams were collected or whose coroutines were closed since the last time."""
    while abandoned:
        try:
            recording = abandoned.popleft()
        except IndexError:
            return  # another thread was faster
        recording.settle()

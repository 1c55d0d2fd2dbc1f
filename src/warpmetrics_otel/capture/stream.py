"""Watching what a client hands out before the answer is whole: streams, stream helpers and raw responses.

Such an object keeps its identity and becomes an instance of a subclass of its own class, whose
methods tell the recording what passes. An object that cannot change its class, such as a proxy that
another instrumentation has put around a stream, gets a thin proxy of ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from warpmetrics_otel.capture.delegate import AsyncDelegate, Delegate, RawDelegate, SyncDelegate
from warpmetrics_otel.capture.recording import Recording
from warpmetrics_otel.capture.suppress import Stepped, inner_context, inside

_RECORDING = "warpmetrics_recording"
_BEGIN = "warpmetrics_begin"

Methods = dict[str, Callable[..., Any]]


def is_stream(result: Any) -> bool:
    """Whether a result is consumed event by event."""
    # A proxy's own type may have any method; its `__class__` is what it stands for.
    kind = result.__class__
    return hasattr(kind, "__next__") or hasattr(kind, "__anext__")


def is_raw(result: Any) -> bool:
    """Whether a result is the HTTP response that `with_raw_response` and `with_streaming_response` give."""
    return hasattr(result, "http_response") and callable(getattr(result, "parse", None))


def watch(stream: Any, recording: Recording) -> Any:
    """The same stream, watched; the recording is settled when the stream is collected unread."""
    if hasattr(stream, _RECORDING):
        return stream
    is_async = hasattr(stream.__class__, "__anext__")
    watched = _become(stream, *((_async_stream, AsyncDelegate) if is_async else (_sync_stream, SyncDelegate)))
    setattr(watched, _RECORDING, recording)
    recording.guard(watched)
    recording.returned(watched)
    return watched


def watch_raw(response: Any, recording: Recording) -> Any:
    """The same raw response, watched until it is parsed or closed."""
    watched = _become(response, _raw, RawDelegate)
    setattr(watched, _RECORDING, recording)
    recording.guard(watched)
    recording.returned(watched)
    return watched


def watch_manager(manager: Any, begin: Callable[[], Recording | None]) -> Any:
    """The same context manager of a stream helper; entering it begins a recording, unless `begin` gives none."""
    inner: Callable[[], Recording | None] | None = getattr(manager, _BEGIN, None)
    if inner is not None:
        # Warped for two sinks: the later one first, the earlier one when that does not want it.
        setattr(manager, _BEGIN, lambda: begin() or inner())
        return manager
    is_async = hasattr(manager.__class__, "__aenter__")
    watched = _become(manager, *((_async_manager, AsyncDelegate) if is_async else (_sync_manager, SyncDelegate)))
    setattr(watched, _BEGIN, begin)
    return watched


def _become(thing: Any, methods: Callable[[Any], Methods], proxy: Any) -> Any:
    kind: Any = type(thing)
    if kind is thing.__class__:
        try:
            thing.__class__ = _subclass(kind, methods)
        except TypeError:
            pass  # a class whose instances have no room for more attributes
        else:
            return thing
    return _subclass(proxy, methods)(thing)


@cache
def _subclass(base: Any, methods: Callable[[Any], Methods]) -> Any:
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__}
    slots = {"__slots__": ()} if issubclass(base, Delegate) else {}
    return type(base.__name__, (base,), {**methods(base), **names, **slots})


def _sync_stream(base: Any) -> Methods:
    def iterate(self: Any) -> Any:
        return self

    def step(self: Any) -> Any:
        recording: Recording = getattr(self, _RECORDING)
        try:
            item = base.__next__(self)
        except StopIteration:
            recording.complete()
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        recording.add(item)
        return item

    def leave(self: Any, *problem: Any) -> Any:
        try:
            return base.__exit__(self, *problem)
        finally:
            getattr(self, _RECORDING).settle()

    def close(self: Any) -> Any:
        try:
            return base.close(self)
        finally:
            getattr(self, _RECORDING).settle()

    return {"__iter__": iterate, "__next__": step, "__exit__": leave, "close": close}


def _async_stream(base: Any) -> Methods:
    def iterate(self: Any) -> Any:
        return self

    async def step(self: Any) -> Any:
        recording: Recording = getattr(self, _RECORDING)
        try:
            item = await base.__anext__(self)
        except StopAsyncIteration:
            recording.complete()
            raise
        except GeneratorExit as error:
            recording.leave(error)
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        recording.add(item)
        return item

    async def leave(self: Any, *problem: Any) -> Any:
        recording: Recording = getattr(self, _RECORDING)
        recording.settle()
        return await base.__aexit__(self, *problem)

    async def close(self: Any) -> Any:
        getattr(self, _RECORDING).settle()
        return await base.close(self)

    return {"__aiter__": iterate, "__anext__": step, "__aexit__": leave, "close": close}


def _raw(base: Any) -> Methods:
    def parse(self: Any, *args: Any, **kwargs: Any) -> Any:
        recording: Recording = getattr(self, _RECORDING)
        parsed = base.parse(self, *args, **kwargs)

        async def later() -> Any:
            return _parsed(await parsed, recording)

        return later() if inspect.isawaitable(parsed) else _parsed(parsed, recording)

    methods: Methods = {"parse": parse}
    if hasattr(base, "close"):

        def close(self: Any) -> Any:
            getattr(self, _RECORDING).settle()
            return base.close(self)

        methods["close"] = close
    return methods


def _parsed(parsed: Any, recording: Recording) -> Any:
    if is_stream(parsed):
        return watch(parsed, recording)
    recording.respond(parsed)
    return parsed


def _sync_manager(base: Any) -> Methods:
    def enter(self: Any) -> Any:
        recording: Recording | None = getattr(self, _BEGIN)()
        if recording is None:
            return base.__enter__(self)
        try:
            with inside(inner_context()):
                stream = base.__enter__(self)
        except BaseException as error:
            recording.fail(error)
            raise
        recording.returned(self)
        return watch(stream, recording)

    return {"__enter__": enter}


def _async_manager(base: Any) -> Methods:
    async def enter(self: Any) -> Any:
        recording: Recording | None = getattr(self, _BEGIN)()
        if recording is None:
            return await base.__aenter__(self)
        try:
            stream = await Stepped(base.__aenter__(self), inner_context())
        except GeneratorExit as error:
            recording.leave(error)
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        recording.returned(self)
        return watch(stream, recording)

    return {"__aenter__": enter}

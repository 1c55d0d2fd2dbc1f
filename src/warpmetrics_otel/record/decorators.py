"""`as_run` and `as_group` on functions, coroutines, generators and async generators.

Every invocation gets a run or group of its own. In generators it is current only while a step
runs: an attachment held across a ``yield`` would leak into whoever consumes the generator.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from warpmetrics_otel.record import current
from warpmetrics_otel.record.handles import Handle, _Block

F = TypeVar("F", bound=Callable[..., Any])


def in_block(start: Callable[[], _Block], function: F) -> F:
    """Wrap a function so that each invocation runs inside what `start` gives."""
    if inspect.isasyncgenfunction(function):
        return cast(F, _async_generator(start, function))
    if inspect.isgeneratorfunction(function):
        return cast(F, _generator(start, function))
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with start():
                return await function(*args, **kwargs)

        return cast(F, coroutine)

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with start():
            return function(*args, **kwargs)

    return cast(F, plain)


@contextmanager
def _step(handle: Handle) -> Generator[None]:
    attachment = current.enter(handle.span, handle)
    try:
        yield
    finally:
        current.leave(attachment)


@contextmanager
def _unattached(handle: _Block) -> Generator[None]:
    """Own a handle's life without making it current."""
    state = handle._state
    state.blocks = []
    try:
        yield
    except BaseException as error:
        handle._core.leave(handle, error)
        raise
    handle._core.leave(handle, None)


def _generator(start: Callable[[], _Block], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        handle = start()
        with _unattached(handle):
            inner = function(*args, **kwargs)
            step = functools.partial(next, inner)
            while True:
                try:
                    with _step(handle):
                        value = step()
                except StopIteration as stop:
                    return stop.value
                try:
                    sent = yield value
                except GeneratorExit:
                    with _step(handle):
                        inner.close()
                    raise
                except BaseException as error:  # noqa: BLE001 -- thrown in, and handed on
                    step = functools.partial(inner.throw, error)
                else:
                    step = functools.partial(inner.send, sent)

    return generator


def _async_generator(start: Callable[[], _Block], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        handle = start()
        with _unattached(handle):
            inner = function(*args, **kwargs)
            step = inner.__anext__
            while True:
                try:
                    with _step(handle):
                        value = await step()
                except StopAsyncIteration:
                    return
                try:
                    sent = yield value
                except GeneratorExit:
                    with _step(handle):
                        await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 -- thrown in, and handed on
                    step = functools.partial(inner.athrow, error)
                else:
                    step = functools.partial(inner.asend, sent)

    return generator

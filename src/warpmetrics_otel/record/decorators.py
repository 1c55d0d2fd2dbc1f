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

from warpmetrics_otel.record import blocks, current
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


class _Steps:
    """Makes a handle current while a generator runs, and remembers what the generator itself made current."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._inside: current.Inside | None = None

    @contextmanager
    def step(self) -> Generator[None]:
        handle = self._handle
        again = self._inside
        attachment = current.enter(handle.span, handle) if again is None else current.enter_again(again)
        try:
            yield
        finally:
            self._inside = current.inside()
            current.leave(attachment)


@contextmanager
def _unattached(handle: _Block) -> Generator[None]:
    """Own a handle's life without making it current."""
    handle._state.blocks = [None]
    try:
        yield
    except BaseException as error:
        blocks.leave(handle, error)
        raise
    blocks.leave(handle, None)


def _generator(start: Callable[[], _Block], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        handle = start()
        steps = _Steps(handle)
        with _unattached(handle):
            inner = function(*args, **kwargs)
            step = functools.partial(next, inner)
            while True:
                try:
                    with steps.step():
                        value = step()
                except StopIteration as stop:
                    return stop.value
                try:
                    sent = yield value
                except GeneratorExit:
                    with steps.step():
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
        steps = _Steps(handle)
        with _unattached(handle):
            inner = function(*args, **kwargs)
            step = inner.__anext__
            while True:
                try:
                    with steps.step():
                        value = await step()
                except StopAsyncIteration:
                    return
                try:
                    sent = yield value
                except GeneratorExit:
                    with steps.step():
                        await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 -- thrown in, and handed on
                    step = functools.partial(inner.athrow, error)
                else:
                    step = functools.partial(inner.asend, sent)

    return generator

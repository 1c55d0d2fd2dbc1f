"""Not recording one request twice: the context key by which GenAI instrumentations tell each other.

Whoever records a request sets the key while it is made; whoever finds it set stays silent.
Context is attached for single steps only, never across a suspension or a yield.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Generic, TypeVar

from opentelemetry.context import Context, attach, detach, get_current, get_value, set_value

_KEY = "opentelemetry.genai.client.inference.context"
_MARK = object()

T = TypeVar("T")


def recorded_elsewhere() -> bool:
    """Whether someone further out, another instrumentation or we ourselves, records the current request."""
    return get_value(_KEY) is not None


def inner_context() -> Context:
    """The current context with the mark that makes instrumentations further in stay silent."""
    return set_value(_KEY, _mark())


@contextmanager
def inside(context: Context) -> Iterator[None]:
    """Have the context in force within a block that never suspends."""
    token = attach(context)
    try:
        yield
    finally:
        detach(token)


def _mark() -> object:
    # Instrumentations built on opentelemetry-util-genai look for an object of its own class. If that
    # package is not loaded, none of them is active.
    if "opentelemetry.util.genai" not in sys.modules:
        return _MARK
    try:
        data_class = getattr(import_module("opentelemetry.util.genai.invocation"), "InferenceData", None)
    except ImportError:
        return _MARK  # a version from before there was a key to honour
    return _MARK if data_class is None else data_class()


class Stepped(Generic[T]):
    """Awaits something with a context in force during each of its steps, and never between them."""

    def __init__(self, awaitable: Awaitable[T], context: Context) -> None:
        self._awaitable = awaitable
        self._context = context

    def __await__(self) -> Generator[Any, Any, T]:
        steps: Any = self._awaitable.__await__()
        context, value = self._context, None
        error: BaseException | None = None
        while True:
            token = attach(context)
            try:
                waiting = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as stop:
                result: T = stop.value
                return result
            finally:
                # What the step attached and still holds is in force again in the next one.
                context = get_current()
                detach(token)
            value, error = None, None
            try:
                value = yield waiting
            except GeneratorExit:
                steps.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 -- handed on to the awaited, which decides
                error = thrown

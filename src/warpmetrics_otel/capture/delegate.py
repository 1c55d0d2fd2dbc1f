"""A transparent proxy around an object that is itself a transparent proxy.

It answers for the class of what it stands for, hands every attribute through, and is there to be
subclassed by the watching methods of `stream`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_OWN = ("warpmetrics_thing", "warpmetrics_recording", "warpmetrics_begin")


class Delegate:
    """Hands on to `warpmetrics_thing` everything but its own three attributes."""

    __slots__ = (*_OWN, "__weakref__")

    def __getattr__(self, name: str) -> Any:
        # Only names that are not found on the proxy come here; its own are missing until they are set.
        if name in _OWN:
            raise AttributeError(name)
        return getattr(self.warpmetrics_thing, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            setattr(self.warpmetrics_thing, name, value)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self.warpmetrics_thing.__class__


class _Sync(Delegate):
    __slots__ = ()

    def __iter__(self) -> Any:
        return iter(self.warpmetrics_thing)

    def __next__(self) -> Any:
        return next(self.warpmetrics_thing)

    def __enter__(self) -> Any:
        entered = self.warpmetrics_thing.__enter__()
        return self if entered is self.warpmetrics_thing else entered

    def __exit__(self, *problem: object) -> Any:
        return self.warpmetrics_thing.__exit__(*problem)

    def close(self) -> Any:
        return self.warpmetrics_thing.close()


class _Async(Delegate):
    __slots__ = ()

    def __aiter__(self) -> Any:
        return aiter(self.warpmetrics_thing)

    async def __anext__(self) -> Any:
        return await anext(self.warpmetrics_thing)

    async def __aenter__(self) -> Any:
        entered = await self.warpmetrics_thing.__aenter__()
        return self if entered is self.warpmetrics_thing else entered

    async def __aexit__(self, *problem: object) -> Any:
        return await self.warpmetrics_thing.__aexit__(*problem)

    async def close(self) -> Any:
        return await self.warpmetrics_thing.close()


class _Parsed(Delegate):
    __slots__ = ()

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        return self.warpmetrics_thing.parse(*args, **kwargs)


def delegate(thing: Any, subclass: Callable[[type[Delegate]], type[Any]]) -> Any:
    """A proxy for `thing`, of the class that `subclass` makes of the base that fits it."""
    kind = type(thing)
    base: type[Delegate] = _Parsed
    if hasattr(kind, "__anext__") or hasattr(kind, "__aenter__"):
        base = _Async
    elif hasattr(kind, "__next__") or hasattr(kind, "__enter__"):
        base = _Sync
    proxy = subclass(base)()
    proxy.warpmetrics_thing = thing
    return proxy

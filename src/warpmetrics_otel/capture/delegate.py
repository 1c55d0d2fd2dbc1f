"""A transparent proxy around an object that can not be watched otherwise.

It answers for the class of what it stands for, hands every attribute through, and is there to be
subclassed by the watching methods of `stream`.
"""

from __future__ import annotations

from typing import Any

_OWN = ("warpmetrics_thing", "warpmetrics_recording", "warpmetrics_begin")


class Delegate:
    """Hands on to `warpmetrics_thing` everything but its own three attributes."""

    __slots__ = (*_OWN, "__weakref__")

    def __init__(self, thing: Any) -> None:
        self.warpmetrics_thing = thing

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


class SyncDelegate(Delegate):
    """For streams and context managers that do not await."""

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
        """Close what this stands for."""
        return self.warpmetrics_thing.close()


class AsyncDelegate(Delegate):
    """For streams and context managers that await."""

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
        """Close what this stands for."""
        return await self.warpmetrics_thing.close()


class RawDelegate(Delegate):
    """For raw responses."""

    __slots__ = ()

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """What this stands for, parsed."""
        return self.warpmetrics_thing.parse(*args, **kwargs)

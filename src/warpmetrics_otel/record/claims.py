"""Whose a captured call is: the one it was passed to with `call()`, else the run or group it was made in.

Responses are unhashable and some exceptions cannot be weakly referenced, so they are found again
by identity, and forgotten when they go.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warpmetrics_otel.record import current
from warpmetrics_otel.record.flow import Flow, flow

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import Captured
    from warpmetrics_otel.record.core import Core
    from warpmetrics_otel.record.handles import Handle
    from warpmetrics_otel.record.state import State

_STRONG = 64
"""How many objects that cannot be weakly referenced are kept, so that `call()` finds them."""


class Claim:
    """What recording knows of one captured call."""

    __slots__ = ("flow", "opts", "owner", "state", "target")

    def __init__(self, owner: Handle | None, at: Flow) -> None:
        self.owner = owner
        self.flow = at
        self.target: Handle | State | None = None
        self.opts: Any = None
        self.state: State | None = None
        """The recorded call; set once it has an id, even if its stream is still open."""


class Claims:
    """The sink of `warp()`-ed clients, and the memory of what they returned."""

    def __init__(self, core: Core) -> None:
        self._core = weakref.ref(core)
        self._weak: dict[int, tuple[weakref.ref[Any], Captured]] = {}
        self._strong: OrderedDict[int, tuple[object, Captured]] = OrderedDict()

    def find(self, response: object) -> Captured | None:
        """The captured call that returned (or raised) this very object."""
        weak = self._weak.get(id(response))
        if weak is not None and weak[0]() is response:
            return weak[1]
        strong = self._strong.get(id(response))
        return strong[1] if strong is not None else None

    def enabled(self) -> bool:
        """Whether captured calls are wanted at all."""
        core = self._core()
        return core is not None and core.settings.enabled

    def started(self, captured: Captured) -> None:
        """Note whose a request is if nobody says otherwise: what is current where it is made."""
        core = self._core()
        if core is not None:
            core.drain()
        owner = None if core is None else current.current(core.owner)
        if owner is None:
            captured.claim = Claim(None, flow())
            return
        self.claim_here(owner._state)
        captured.claim = Claim(owner, flow())

    def returned(self, captured: Captured, key: object) -> None:
        """Remember what the user's code got, so that `call()` finds the request by it."""
        number = id(key)
        try:
            reference = weakref.ref(key, self._forgetter(number))
        except TypeError:
            self._strong[number] = (key, captured)
            while len(self._strong) > _STRONG:
                self._strong.popitem(last=False)
        else:
            self._weak[number] = (reference, captured)

    def _forgetter(self, number: int) -> Callable[[object], object]:
        # Runs while the object is being collected, anywhere: it takes no lock and calls nothing of ours.
        weak = self._weak
        return lambda _: weak.pop(number, None)

    def finished(self, captured: Captured) -> None:
        """Record a call that was already asked for; else keep it with the run or group it was made in."""
        core, claim = self._core(), captured.claim
        if core is None:
            return
        if claim.target is not None:
            core.record_captured(captured)
        elif claim.owner is not None:
            state = claim.owner._state
            if state.ended:
                core.record_captured(captured, claim.owner)
                return
            state.touch(captured.data.ended_ns)
            if state.unclaimed is None:
                state.unclaimed = []
            state.unclaimed.append(captured)

    def claim_here(self, state: State) -> None:
        """Record for this run or group what was captured in this thread and task and passed to nobody."""
        if state.unclaimed:
            here = flow()
            self._claim(state, [captured for captured in state.unclaimed if captured.claim.flow == here])

    def claim_all(self, state: State) -> None:
        """Record for this run or group everything captured in it and passed to nobody."""
        if state.unclaimed:
            self._claim(state, list(state.unclaimed))

    def _claim(self, state: State, captured: list[Captured]) -> None:
        core = self._core()
        for one in captured:
            self.withdraw(one)
            if core is not None and one.claim.state is None:
                core.record_captured(one, state)

    @staticmethod
    def withdraw(captured: Captured) -> None:
        """Take a call from the run or group it was made in: it is being recorded."""
        owner, captured.claim.owner = captured.claim.owner, None
        unclaimed = owner._state.unclaimed if owner is not None else None
        if unclaimed and captured in unclaimed:
            unclaimed.remove(captured)

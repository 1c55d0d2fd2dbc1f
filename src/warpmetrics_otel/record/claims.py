"""Whose a captured call is: the one it was passed to with `call()`, else the run or group it was made in.

Responses are unhashable and some exceptions cannot be weakly referenced, so they are found again
by identity, and forgotten when they go.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warpmetrics_otel import fork
from warpmetrics_otel.record import calls, current
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

    __slots__ = ("call", "flow", "generation", "holds", "made_in", "opts", "parent", "recorded")

    def __init__(self, owner: Handle | None, at: Flow) -> None:
        self.flow = at
        self.generation = fork.generation
        """Which process records it: the one that made the request, unless another one claims it."""
        self.made_in: State | None = None if owner is None else owner._state
        self.holds: Handle | None = owner
        """Keeps the run or group open until the request is done."""
        self.parent: State | None = None
        self.opts: Any = None
        self.call: State | None = None
        """The recorded call, from when somebody claimed it, even if its stream is still open."""
        self.recorded = False


class Claims:
    """What `warp()`-ed clients tell, and the memory of what they returned.

    Attributes:
        used: Whether anything was ever captured: until then there is nothing to claim.
    """

    def __init__(self, core: Core) -> None:
        self.used = False
        self._core = weakref.ref(core)
        self._weak: dict[int, tuple[weakref.ref[Any], Captured]] = {}
        self._strong: OrderedDict[int, tuple[object, Captured]] = OrderedDict()
        self._flying: dict[Captured, None] = {}
        self.waiting: dict[Flow, dict[Captured, None]] = {}
        """What was captured and passed to nobody yet, by the thread or task it was made in."""
        # Held for moves between these, never while a span starts or ends. Somebody's finalizer may come in between.
        self._lock = threading.RLock()

    def in_child(self) -> None:
        """In a forked child: requests under way are the parent's, and one of its threads may have held the lock."""
        self._lock = threading.RLock()
        self._flying = {}

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
        self.used = True
        core = self._core()
        if core is not None:
            core.catch_up()
        captured.claim = Claim(None if core is None else current.current(core.owner), flow())
        if captured.claim.made_in is not None:
            self._flying[captured] = None

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
        """Record a call that was claimed already; else keep it for the run or group it was made in."""
        claim: Claim = captured.claim
        self._flying.pop(captured, None)
        with self._lock:
            state = claim.made_in
            if claim.call is None and state is not None and not state.ended:
                state.touch(captured.data.ended_ns)
                if state.unclaimed is None:
                    state.unclaimed = {}
                state.unclaimed[captured] = self.waiting.setdefault(claim.flow, {})[captured] = None
                claim.holds = None
                return
        if claim.call is not None:
            self._record(captured)
        else:
            self._take_where_made(captured)

    def take(self, captured: Captured, parent: State, opts: Any = None, holds: Handle | None = None) -> None:
        """Make a call the parent's, and record it as soon as it is done. Nothing happens when it is somebody's already.

        Args:
            captured: the call.
            parent: the run or group.
            opts: any values to store with it.
            holds: the parent's handle, kept alive until then.
        """
        claim: Claim = captured.claim
        with self._lock:
            self._no_longer_waiting(captured)
            if claim.call is not None:
                return
            claim.call, claim.parent, claim.generation = calls.promised(parent), parent, fork.generation
            claim.opts, claim.holds = opts, holds
            if not captured.done:
                self._flying[captured] = None
        core = self._core()
        if core is not None:
            core.remember(claim.call)
        if captured.done:
            self._record(captured)

    def call_of(self, captured: Captured) -> State | None:
        """The call that this became; taken for what it was made in, when nobody has claimed it yet."""
        self._take_where_made(captured)
        call: State | None = captured.claim.call
        return call

    def claim_here(self) -> None:
        """Record, where it was made, what was captured in this thread and task and passed to nobody."""
        if self.waiting:
            for captured in [*self.waiting.get(flow(), ())]:
                self._take_where_made(captured)

    def claim_all(self, state: State) -> None:
        """Record for this run or group everything captured in it and passed to nobody."""
        with self._lock:
            unclaimed = [*(state.unclaimed or ())]
        for captured in unclaimed:
            self._take_where_made(captured)

    def settle(self) -> None:
        """Finish, with what is known so far, every request under way that is somebody's."""
        for captured in [*self._flying]:
            if captured.settle is not None:
                captured.settle()

    def _take_where_made(self, captured: Captured) -> None:
        claim: Claim = captured.claim
        if claim.generation != fork.generation:
            # Made before the fork: the parent process records it.
            self._no_longer_waiting(captured)
        elif claim.made_in is not None:
            self.take(captured, claim.made_in, holds=claim.holds)

    def _no_longer_waiting(self, captured: Captured) -> None:
        claim: Claim = captured.claim
        with self._lock:
            if claim.made_in is not None and claim.made_in.unclaimed:
                claim.made_in.unclaimed.pop(captured, None)
            waiting = self.waiting.get(claim.flow)
            if waiting is not None:
                waiting.pop(captured, None)
                if not waiting:
                    del self.waiting[claim.flow]

    def _record(self, captured: Captured) -> None:
        claim: Claim = captured.claim
        with self._lock:
            if claim.recorded or claim.generation != fork.generation:
                return
            claim.recorded = True
        core = self._core()
        if core is not None and claim.parent is not None:
            calls.record_data(core, claim.parent, captured.data, claim.opts, claim.call)
        self._flying.pop(captured, None)
        claim.holds = None

"""What recorders with a key hear of other instrumentation: one processor a provider, which recorders come to and leave.

A provider lets go of no processor, so that each recorder cannot have its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, TracerProvider

from warpmetrics_otel import fork
from warpmetrics_otel.deliver.listener import Above, Listener
from warpmetrics_otel.deliver.mouth import Mouth

logger = logging.getLogger("warpmetrics_otel")


class Relay(Listener):
    """Tells mouths of the spans of others on one provider."""

    def __init__(self) -> None:
        super().__init__()
        self._hears = False
        self._mouths: tuple[Mouth, ...] = ()
        self._waiting: list[tuple[Hashable, Callable[[Relay], None]]] = []
        self._others: set[Hashable] = set()
        self._infers: Hashable = None
        self._goes_on: Hashable = None
        self._said = False

    def has(self, destination: Hashable) -> bool:
        """Whether something on this provider sends to that destination already."""
        return destination in self._others or any(mouth.destination == destination for mouth in self._mouths)

    def may_infer(self, destination: Hashable) -> bool:
        """Whether the runs of others on this provider are that destination's; the first one to ask has them."""
        if self._infers is None:
            self._infers = destination
        return self._infers == destination

    def may_go_on(self, destination: Hashable) -> bool:
        """Whether what is beneath runs of other processes is that destination's; likewise the first one's."""
        if self._goes_on is None:
            self._goes_on = destination
        return self._goes_on == destination

    def say_whose(self) -> None:
        """Say that not everybody has the runs of others."""
        if not self._said:
            self._said = True
            logger.warning(
                "several keys are in use on one tracer provider: LLM calls outside of any run go to the first of them "
                "only; set infer_runs=False where they are not wanted"
            )

    def note(self, destination: Hashable, *, infers: bool) -> None:
        """A processor of its own sends to that destination."""
        self._others.add(destination)
        self.may_go_on(destination)
        if infers:
            self.may_infer(destination)

    def add(self, mouth: Mouth) -> None:
        """Tell this one from now on."""
        mouth.others.listen(self)
        self._mouths = (*self._mouths, mouth)
        self._hears = True

    def wait(self, destination: Hashable, turn: Callable[[Relay], None]) -> None:
        """Call this when whoever sends to that destination is told no more: several would do the same work."""
        self._waiting.append((destination, turn))

    def wait_no_more(self, destination: Hashable, turn: Callable[[Relay], None]) -> None:
        """Do not call this any more."""
        if (destination, turn) in self._waiting:
            self._waiting.remove((destination, turn))

    def remove(self, mouth: Mouth) -> None:
        """Tell it no more, and the next one to the same destination from now on."""
        if mouth not in self._mouths:
            return
        if self._infers == mouth.destination:
            self._infers = None
        if self._goes_on == mouth.destination:
            self._goes_on = None
        self._mouths = tuple(one for one in self._mouths if one is not mouth)
        self._hears = bool(self._mouths)
        following = next((each for each in self._waiting if each[0] == mouth.destination), None)
        if following is not None:
            self._waiting.remove(following)
            following[1](self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Take note of what may be above a call."""
        # Recorders tell of their own spans themselves, and wait for every look at one.
        if span.instrumentation_scope is not self._ours:
            super().on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Pass on a span of others."""
        if span.instrumentation_scope is not self._ours:
            super().on_end(span)

    def _heard(self, span: ReadableSpan, above: Above) -> None:
        for mouth in self._mouths:
            mouth.others.come(span, above)

    def shutdown(self) -> None:
        """Pass on what waits; sending is the recorders' business."""
        for mouth in self._mouths:
            mouth.release()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Pass on what waits; sending is the recorders' business."""
        for mouth in self._mouths:
            mouth.release()
        return True


class _Relays:
    def __init__(self) -> None:
        self._by_provider: WeakKeyDictionary[TracerProvider, Relay] = WeakKeyDictionary()
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        self._lock = threading.Lock()

    def of(self, provider: TracerProvider) -> Relay:
        """The one relay of a provider."""
        with self._lock:
            relay = self._by_provider.get(provider)
            if relay is None:
                relay = self._by_provider[provider] = Relay()
                provider.add_span_processor(relay)
            return relay


relays = _Relays()
"""Those of this process."""

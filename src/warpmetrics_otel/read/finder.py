"""A backend as a source: the runs of a time, and the whole chain of anything, found with a bounded number of requests.

What the spans that were read lead to is read or searched for next, until they lead nowhere new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import time_ns

from warpmetrics_otel import semconv
from warpmetrics_otel.read.backend import Backend, Window
from warpmetrics_otel.read.source import Selection
from warpmetrics_otel.read.spans import Span
from warpmetrics_otel.read.trail import Trail, names_in

MOST_TRACES = 20_000
"""Read for one answer."""
MOST_REQUESTS = 20_000
"""After which nothing more is searched for, for one answer."""

_HOUR = 3600 * 10**9
_DEFAULT = 24 * _HOUR
_UNKNOWN = 14 * 24 * _HOUR
"""How far back is searched for something whose id does not say when it was made."""
_EARLIER = 24 * _HOUR
"""How much earlier than what is known its chain may have begun, beyond what it says itself."""
_CLOCKS = _HOUR
"""How far the clocks of machines may be apart."""
_AT_ONCE = 64
"""Values searched for before it is looked again what else there is to read."""


class Finder:
    """A source that searches a backend.

    Args:
        backend: what is searched.
        limit: how many traces a search gives at most, for messages.
        most_traces: read for one answer.
        most_requests: after which nothing more is searched for.
    """

    def __init__(
        self, backend: Backend, limit: int, *, most_traces: int = MOST_TRACES, most_requests: int = MOST_REQUESTS
    ) -> None:
        self._backend = backend
        self._limit = limit
        self._traces_left = most_traces
        self._most_requests = most_requests
        self._own: list[str] = []

    @property
    def name(self) -> str:
        """See `Source`."""
        return self._backend.name

    @property
    def incomplete(self) -> list[str]:
        """See `Source`."""
        return [*self._backend.incomplete, *self._own]

    @property
    def done(self) -> float | None:
        """See `Source`. How much there is is not known before."""
        return None

    def everything(self, selection: Selection) -> Iterator[Span]:
        """See `Source`. Without a time, the last 24 hours."""
        until = time_ns() + _CLOCKS if selection.until_ns is None else selection.until_ns
        since = until - _DEFAULT if selection.since_ns is None else selection.since_ns
        window = Window(max(0, since), until)
        # A search for a label does not find the rest of its chains.
        trail = Trail(forwards=selection.label is not None)
        if selection.label is not None:
            self._search(trail, semconv.GEN_AI_WORKFLOW_NAME, [selection.label], window, selection.service)
        else:
            kinds = [semconv.ENTITY_TYPE_RUN, semconv.ENTITY_TYPE_CARRIER]
            self._search(trail, semconv.WARPMETRICS_ENTITY_TYPE, kinds, window, selection.service)
        yield from self._followed(trail, selection)

    def chain_of(self, wanted: str, selection: Selection) -> Iterator[Span]:
        """See `Source`."""
        trail = Trail(forwards=True)
        names_in(trail, wanted)
        yield from self._followed(trail, selection)

    def _followed(self, trail: Trail, selection: Selection) -> Iterator[Span]:
        while True:
            for span in self._read(trail.traces()):
                trail.follow((span,))
                yield span
            if trail.leads_to_traces:
                continue
            search = trail.searches(_AT_ONCE)
            if search is None or not self._may_search():
                return
            self._search(trail, *search, _around(trail, selection), selection.service)

    def _search(self, trail: Trail, key: str, values: list[str], window: Window, service: str | None) -> None:
        found = self._backend.search(key, values, window, service)
        if not found.all:
            self._say(
                f"A search of {self.name} gave {self._limit} traces, the most that --limit allows, and there may be "
                "more: raise it, or ask for a shorter time or one service."
            )
        for trace_id in sorted(found.trace_ids):
            trail.name_trace(trace_id)

    def _read(self, trace_ids: list[str]) -> Iterable[Span]:
        taken = trace_ids[: self._traces_left]
        self._traces_left -= len(taken)
        if len(taken) < len(trace_ids):
            self._say(f"There are more traces in {self.name} than are read for one answer: ask for a shorter time.")
        return self._backend.traces(taken)

    def _may_search(self) -> bool:
        if self._backend.requests < self._most_requests:
            return True
        self._say(
            f"There is more in {self.name} to search for than is searched for one answer: what others did about these "
            "runs may be missing."
        )
        return False

    def _say(self, sentence: str) -> None:
        if sentence not in self._own:
            self._own.append(sentence)


def _around(trail: Trail, selection: Selection) -> Window:
    """When what belongs to a chain may have begun: since its first run, as far as that is known, until now."""
    until = time_ns() + _CLOCKS if selection.until_ns is None else selection.until_ns
    since = selection.since_ns
    if since is None:
        since = until - _UNKNOWN if trail.earliest_ns is None else trail.earliest_ns - _EARLIER
    return Window(max(0, min(since, until)), until)

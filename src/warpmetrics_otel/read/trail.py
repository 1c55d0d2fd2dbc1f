"""What spans tell of others that belong to the same chain: which traces to read, and what to search for.

Backwards a follow-up names what it follows, in its link and on its root; forwards nothing points, so that what may
point here is searched for. Nothing here asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.from_span import entity_from, follow_up_link, is_carrier, run_id_of
from warpmetrics_otel.read.model import Run
from warpmetrics_otel.read.spans import Span

_OWN_KEY = {
    ids.RUN: semconv.WARPMETRICS_RUN_ID,
    ids.GROUP: semconv.WARPMETRICS_GROUP_ID,
    ids.CALL: semconv.WARPMETRICS_CALL_ID,
    ids.OUTCOME: semconv.WARPMETRICS_OUTCOME_ID,
    ids.ACT: semconv.WARPMETRICS_ACT_ID,
}
_IN_ORDER = (
    semconv.WARPMETRICS_CHAIN_ID,
    semconv.WARPMETRICS_ACT_ID,
    semconv.WARPMETRICS_FOLLOWS_RUN_ID,
    semconv.WARPMETRICS_OUTCOME_ID,
    semconv.WARPMETRICS_GROUP_ID,
    semconv.WARPMETRICS_CALL_ID,
    semconv.WARPMETRICS_RUN_ID,
    semconv.WARPMETRICS_TARGET_ID,
)
"""What is searched for, that which finds most first."""

_FIRST_NS = 1_577_836_800 * 10**9
"""The year 2020: no id is older, but the time in one that was made otherwise may be anything."""
_LAST_NS = 4_102_444_800 * 10**9


class Trail:
    """What was read, and where it leads.

    Args:
        forwards: also look for what may point at what was read.
    """

    def __init__(self, *, forwards: bool) -> None:
        self._forwards = forwards
        self._traces: dict[str, None] = {}
        self._read: set[str] = set()
        self._searches: dict[str, dict[str, None]] = {key: {} for key in _IN_ORDER}
        self._searched: set[tuple[str, str]] = set()
        self._runs: set[str] = set()
        self._named_runs: dict[str, None] = {}
        self.earliest_ns: int | None = None
        """When the first of what was read or named began."""

    def name(self, native_id: str) -> None:
        """Something with this id is wanted."""
        kind = ids.kind_of(native_id)
        if kind is None:
            return
        self._at(_time_of(native_id))
        if kind == ids.RUN:
            self._run_named(native_id)
        else:
            self._search(_OWN_KEY[kind], native_id)
            self._search(semconv.WARPMETRICS_TARGET_ID, native_id)

    def name_trace(self, trace_id: str) -> None:
        """A trace is wanted, by its 32 hex digits."""
        if trace_id not in self._read:
            self._traces[trace_id] = None

    def follow(self, spans: Iterable[Span]) -> None:
        """Take down where spans lead."""
        for span in spans:
            self._read.add(span.trace_id)
            self._at(span.start_ns)
            entity = entity_from(span)
            if isinstance(entity, Run):
                self._follow_run(entity)
            elif entity is not None:
                self._look_for_carriers(entity.id)
            elif is_carrier(span):
                self._follow_carrier(span)
            for attributes in (event.attributes for event in span.events):
                self._follow_event(values.text(attributes, semconv.WARPMETRICS_OUTCOME_ID))
                self._follow_act(values.text(attributes, semconv.WARPMETRICS_ACT_ID))

    def traces(self) -> list[str]:
        """The traces to read next; they count as read from now on, there or not."""
        wanted = [trace_id for trace_id in self._traces if trace_id not in self._read]
        self._read.update(wanted)
        self._traces.clear()
        return wanted

    @property
    def leads_to_traces(self) -> bool:
        """Whether there are traces to read."""
        return any(trace_id not in self._read for trace_id in self._traces)

    def searches(self, most: int) -> tuple[str, list[str]] | None:
        """What to search for next: an attribute and so many of its values. They count as searched from now on."""
        for run_id in self._named_runs:
            # Its trace was read and it is not in it: it joined another.
            if run_id not in self._runs:
                self._search(semconv.WARPMETRICS_RUN_ID, run_id)
        self._named_runs.clear()
        for key in _IN_ORDER:
            wanted = list(self._searches[key])[:most]
            if wanted:
                for value in wanted:
                    del self._searches[key][value]
                return key, wanted
        return None

    def _follow_run(self, run: Run) -> None:
        span = run.span
        self._runs.add(run.id)
        for link in span.links:
            if values.text(link.attributes, semconv.WARPMETRICS_LINK_TYPE) == semconv.LINK_TYPE_FOLLOWED_BY:
                self.name_trace(link.trace_id)
        origin = follow_up_link(span)
        if origin is not None:
            self.name_trace(origin.trace_id)
        if run.follows is not None:
            if run.follows.run_id is not None:
                self._run_named(run.follows.run_id)
            lost = origin is None and run.follows.run_id is None
            if run.follows.act_id is not None and (lost or self._forwards):
                self._search(semconv.WARPMETRICS_ACT_ID, run.follows.act_id)
        if run.chain_id is not None:
            self._run_named(run.chain_id)
        if self._forwards:
            self._search(semconv.WARPMETRICS_CHAIN_ID, run.chain_id or run.id)
            self._search(semconv.WARPMETRICS_FOLLOWS_RUN_ID, run.id)
            by_id = f"{ids.trace_id_of(run.id):032x}"
            if by_id != span.trace_id:
                # Where those put their carriers who have nothing but the id.
                self.name_trace(by_id)

    def _follow_carrier(self, span: Span) -> None:
        for link in span.links:
            self.name_trace(link.trace_id)
        for named in (semconv.WARPMETRICS_RUN_ID, semconv.WARPMETRICS_TARGET_ID):
            target = values.text(span.attributes, named) or ""
            kind = ids.kind_of(target)
            if kind == ids.RUN:
                self._run_named(target)
            elif kind is not None and not span.links:
                self._search(_OWN_KEY[kind], target)
        self._follow_event(values.text(span.attributes, semconv.WARPMETRICS_OUTCOME_ID))
        self._follow_act(values.text(span.attributes, semconv.WARPMETRICS_ACT_ID))

    def _follow_event(self, outcome_id: str | None) -> None:
        if outcome_id is not None:
            self._look_for_carriers(outcome_id)

    def _follow_act(self, act_id: str | None) -> None:
        if act_id is not None and self._forwards:
            self._search(semconv.WARPMETRICS_ACT_ID, act_id)

    def _look_for_carriers(self, target_id: str) -> None:
        if self._forwards and ids.kind_of(target_id) is not None:
            self._search(semconv.WARPMETRICS_TARGET_ID, target_id)

    def _run_named(self, run_id: str) -> None:
        if run_id not in self._runs:
            self._named_runs[run_id] = None
            self.name_trace(f"{ids.trace_id_of(run_id):032x}")

    def _search(self, key: str, value: str) -> None:
        if (key, value) not in self._searched:
            self._searched.add((key, value))
            self._searches[key][value] = None

    def _at(self, time_ns: int | None) -> None:
        if time_ns and (self.earliest_ns is None or time_ns < self.earliest_ns):
            self.earliest_ns = time_ns


def names_in(trail: Trail, wanted: str) -> None:
    """Take down what an id, a portable ref, a traceparent or a trace id names; nothing else names anything."""
    ref = ids.parse_ref(wanted.strip())
    if ref is not None:
        if ref.trace_id is not None:
            trail.name_trace(f"{ref.trace_id:032x}")
        # Ids are lower case, but for those of others' making.
        for native_id in dict.fromkeys((ref.id, ref.id.lower(), ref.run_id, ref.chain_id)):
            if native_id is not None:
                trail.name(native_id)
        return
    trace_id = trace_id_in(wanted)
    if trace_id is not None:
        trail.name_trace(trace_id)
        trail.name(run_id_of(trace_id))


def trace_id_in(wanted: str) -> str | None:
    """The trace id, as 32 hex digits, that a traceparent or such digits say; None where they are neither."""
    text = wanted.strip().lower()
    traceparent = ids.parse_traceparent(text)
    if traceparent is not None:
        return f"{traceparent[0]:032x}"
    digits = text.isascii() and len(text) == 32
    return text if digits and all(digit in "0123456789abcdef" for digit in text) else None


def _time_of(native_id: str) -> int | None:
    """When an id was made, in nanoseconds since the epoch; None where it plainly says something else."""
    time_ns = (ids.bits_of(native_id) >> 80) * 1_000_000
    return time_ns if _FIRST_NS <= time_ns < _LAST_NS else None

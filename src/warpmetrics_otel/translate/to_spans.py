"""Native batch -> spans: what any Warpmetrics SDK recorded, as our own recording would have said it.

Reading the spans back with `spans_to_native` gives the same batch, content included where it was put on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from warpmetrics_otel import ids
from warpmetrics_otel.entities import Entity, Group, Run
from warpmetrics_otel.translate.before import Before
from warpmetrics_otel.translate.calls import call_span
from warpmetrics_otel.translate.carriers import carrier_span, link_event
from warpmetrics_otel.translate.classification import BUILT_IN
from warpmetrics_otel.translate.exact import shown
from warpmetrics_otel.translate.groups import group_span
from warpmetrics_otel.translate.layout import Layout
from warpmetrics_otel.translate.marks import act_event, outcome_event
from warpmetrics_otel.translate.place import Place, Verdict
from warpmetrics_otel.translate.runs import Follows, run_span
from warpmetrics_otel.translate.views import Event, Span


def native_to_spans(
    batch: Iterable[Entity],
    *,
    content: bool = True,
    classifications: Mapping[str, str] = BUILT_IN,
    before: Before | None = None,
) -> list[Span]:
    """Translate a native batch.

    Args:
        batch: entities in any order; of several with one id the first counts.
        content: whether messages, responses and tools are put on the spans of calls.
        classifications: by case-folded outcome name (`classification.classifier` makes one).
        before: what earlier batches told, which this one is added to.

    Returns:
        One span a run, group and call, and a carrier for every row that has no place on one of them.
    """
    layout = Layout(batch, before)
    spans = list(_Writer(layout, classifications, content=content).spans())
    layout.remember()
    return spans


class _Writer:
    def __init__(self, layout: Layout, classifications: Mapping[str, str], *, content: bool) -> None:
        self._layout = layout
        self._classifications = classifications
        self._content = content
        self._events: dict[str, list[Event]] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._carriers: list[Span] = []

    def spans(self) -> Iterator[Span]:
        """All spans, those of rows first."""
        self._place_outcomes()
        self._place_acts()
        self._place_links()
        layout = self._layout
        for native_id, row in layout.rows.items():
            verdict = self._verdicts.get(native_id)
            place = self._place(native_id)
            if isinstance(row, Run):
                yield run_span(row, place, verdict, self._follows(row))
                continue
            link = layout.links.get(native_id)
            if isinstance(row, Group):
                yield group_span(row, link, place, verdict, self._run_label(native_id))
            else:
                yield call_span(row, link, place, verdict, content=self._content)
        yield from self._carriers

    def _place_outcomes(self) -> None:
        layout = self._layout
        for outcome in layout.outcomes.values():
            name = shown(outcome.name)
            classification = self._classifications.get(name.casefold())
            host, at = layout.host_of(outcome), layout.time_of(outcome)
            if host is not None:
                self._events.setdefault(host, []).append(outcome_event(outcome, host, at, classification))
                self._verdicts[host] = Verdict(name, classification)
                continue
            target_id = shown(outcome.ref_id) if isinstance(outcome.ref_id, str) else None
            event = outcome_event(outcome, target_id, at, classification)
            target = layout.context_of(outcome.ref_id) if isinstance(outcome.ref_id, str) else None
            self._carry(event, outcome.id, at, target, target_id)

    def _place_acts(self) -> None:
        layout = self._layout
        for act in layout.acts.values():
            outcome, at = layout.outcome_of(act), layout.time_of(act)
            host = layout.host_of(outcome) if outcome is not None else None
            event = act_event(act, at)
            if host is not None:
                self._events.setdefault(host, []).append(event)
                continue
            target = layout.context_of_outcome(outcome) if outcome is not None else None
            self._carry(event, act.id, at, target, shown(act.ref_id) if isinstance(act.ref_id, str) else None)

    def _place_links(self) -> None:
        layout = self._layout
        for link in layout.homeless_links():
            at = layout.time_of(link)
            self._carry(link_event(link, at), link.key, at, layout.context_of(link.child_id), shown(link.child_id))

    def _carry(
        self, event: Event, mark_id: str, at: int, target: tuple[int, int] | None, target_id: str | None
    ) -> None:
        trace_id, parent_id = target if target is not None else (ids.trace_id_of(mark_id), 0)
        place = Place(trace_id, ids.span_id_of(mark_id), parent_id, at, at, [])
        self._carriers.append(carrier_span(event, place, target_id))

    def _place(self, native_id: str) -> Place:
        layout = self._layout
        link = layout.links.get(native_id)
        has_parent = link is not None and link.parent_id != native_id and not isinstance(layout.rows[native_id], Run)
        return Place(
            ids.trace_id_of(layout.top_of(native_id)),
            ids.span_id_of(native_id),
            ids.span_id_of(link.parent_id) if link is not None and has_parent else 0,
            layout.start_of(native_id),
            layout.end_of(native_id),
            self._events.get(native_id, []),
        )

    def _run_label(self, native_id: str) -> str | None:
        run = self._layout.run(self._layout.top_of(native_id))
        return None if run is None else shown(run.label)

    def _follows(self, run: Run) -> Follows | None:
        layout = self._layout
        act = layout.act(run.ref_id)
        if act is None:
            return None
        outcome = layout.outcome_of(act)
        origin = layout.run_of(outcome.ref_id) if outcome is not None and isinstance(outcome.ref_id, str) else None
        return Follows(
            layout.context_of_act(act),
            shown(act.name),
            shown(act.ref_id),
            None if outcome is None else shown(outcome.name),
            None if origin is None else shown(origin),
            self._chain(run),
        )

    def _chain(self, run: Run) -> tuple[str, int] | None:
        """The first run of the chain and this one's position, if the batch holds all of it."""
        layout = self._layout
        seen: set[str] = set()
        position = 1
        while run.id not in seen:
            if run.ref_id is None:
                return shown(run.id), position
            seen.add(run.id)
            act = layout.act(run.ref_id)
            outcome = layout.outcome_of(act) if act is not None else None
            origin_id = (
                layout.run_of(outcome.ref_id) if outcome is not None and isinstance(outcome.ref_id, str) else None
            )
            origin = layout.run(origin_id)
            if origin is None:
                return None
            run, position = origin, position + 1
        return None

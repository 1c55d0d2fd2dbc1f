"""What exporter and processor have in common: spans become entities, which go into the one pipeline.

What recording has told that pipeline already is not even translated: it comes first, and is not sent twice.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from weakref import WeakSet

from opentelemetry.sdk.trace import ReadableSpan

from warpmetrics_otel import semconv
from warpmetrics_otel.beside import beside, heard
from warpmetrics_otel.bridge import Gathering, Limits
from warpmetrics_otel.deliver.connect import Connection, connect
from warpmetrics_otel.deliver.far_away import needed_from_elsewhere
from warpmetrics_otel.deliver.hold import Hold
from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.deliver.others import Others
from warpmetrics_otel.deliver.shown import Shown
from warpmetrics_otel.entities import Call, Entity, Group, Link
from warpmetrics_otel.installed_dialects import find_dialects
from warpmetrics_otel.standing import Standing
from warpmetrics_otel.translate.answers import MOST_ANSWERS, Answered
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.dialects.names import run_label
from warpmetrics_otel.translate.to_native import entities_of
from warpmetrics_otel.translate.views import Span, sketch, view

logger = logging.getLogger("warpmetrics_otel")

_IDS = {
    semconv.ENTITY_TYPE_RUN: semconv.WARPMETRICS_RUN_ID,
    semconv.ENTITY_TYPE_GROUP: semconv.WARPMETRICS_GROUP_ID,
    semconv.ENTITY_TYPE_CALL: semconv.WARPMETRICS_CALL_ID,
}


ears: WeakSet[Mouth] = WeakSet()
"""The mouths of this process that are open."""


class Mouth:
    """Takes spans for one destination.

    Args:
        options: where to, and what of them.
        name: whose mouth it is, for messages.
        sees_starts: whether spans of others are told of when they start too.
        recorded: the pipeline of a recorder, which tells what it records by itself: only spans of others are taken,
            and of those beneath runs only what is beneath runs of its own. None for a mouth of its own.
        goes_on: whether what is beneath runs of other processes is this recorder's.
    """

    def __init__(
        self,
        options: MouthSettings,
        name: str,
        *,
        sees_starts: bool = False,
        recorded: Connection | None = None,
        goes_on: bool = True,
    ) -> None:
        self._name = name
        self._said = False
        self._options = options
        self._sees_starts = sees_starts
        self._recorded = recorded is not None
        self._goes_on = goes_on
        # Of more the oldest are forgotten, as they would be later on.
        self._answered: deque[tuple[str, Answered]] = deque(maxlen=MOST_ANSWERS)
        self._shown = Shown(options.redact, native_content=options.native_content)
        self._connection = recorded or connect(options)
        if self._connection is None:
            logger.warning("%s has no API key, so it sends nothing; set WARPMETRICS_API_KEY, or pass api_key=", name)
            return
        find_dialects()
        if not self._recorded:
            beside.open(self._connection.destination)
        if options.native_content:
            heard.open(self._connection.destination)
        self._hold = Hold(self._connection.take, self._connection.knows, options.hold_entities, options.hold_seconds)
        self.others = Others(self._tell_of_others, self._gathering, self._take_own, self._lives_elsewhere, name)
        """The spans of other instrumentation."""
        ears.add(self)

    @property
    def open(self) -> bool:
        """Whether what it takes goes anywhere."""
        return self._connection is not None

    @property
    def destination(self) -> Hashable:
        """Where that is; None where it is nowhere."""
        return None if self._connection is None else self._connection.destination

    @property
    def early(self) -> int:
        """How many entities were sent before what they hang on."""
        return 0 if self._connection is None else self._hold.early + self.others.early

    def take(self, spans: Iterable[ReadableSpan]) -> None:
        """Take spans of Warpmetrics; those that hold nothing new are passed over."""
        spans = [*spans]
        entities = [entity for span in spans for entity in self._entities_of(span)]
        if entities and self._connection is not None:
            self._hold.add(entities)
        for span in spans:
            self._note_answer(span)

    def take_all(self, spans: Iterable[ReadableSpan]) -> None:
        """Take spans that have ended, of whomever."""
        if self._connection is not None:
            self.others.take(spans)

    def wait(self, entities: Iterable[Entity]) -> None:
        """Pass on entities when what they hang on has been."""
        self._hold.add(entities)

    def flush(self, seconds: float) -> bool:
        """Send everything, without parents where need be; whether nothing is left."""
        if self._connection is None:
            return True
        self.release()
        counts = self._connection.flush(seconds)
        return not (counts.pending or counts.spooled or counts.refusal)

    def release(self) -> None:
        """Pass on everything that waits for something above it."""
        self.others.flush()
        self._hold.release()

    def shutdown(self, seconds: float) -> None:
        """Send everything, and take no more."""
        connection = self.close()
        if connection is not None and not self._recorded:
            connection.shutdown(seconds)

    def close(self) -> Connection | None:
        """Pass on everything, and take no more; the pipeline, if there was one."""
        connection = self._connection
        if connection is None:
            return None
        ears.discard(self)
        self.others.stop()
        self._connection = None
        self._hold.release()
        if not self._recorded:
            beside.close(connection.destination)
        if self._options.native_content:
            heard.close(connection.destination)
        return connection

    def _gathering(self) -> Gathering:
        options = self._options
        return Gathering(
            _looked_at,
            _sketched,
            sees_starts=self._sees_starts,
            infer_runs=options.infer_runs,
            limits=Limits(options.hold_seconds, options.hold_entities),
            accepts=self._accepts,
            content=self._heard,
            answered=self._answered,
        )

    def _accepts(self, native_id: str) -> bool:
        # Another recorder's run on the same provider may be another tenant's.
        connection = self._connection
        if not self._recorded or connection is None:
            return connection is not None
        return connection.knows(native_id) or self._hold.is_elsewhere(native_id)

    def _lives_elsewhere(self, native_id: str, standing: Standing | None) -> None:
        ours = self._goes_on if standing is None else standing.destination == self.destination
        if ours or not self._recorded:
            self._hold.await_no_more(native_id)

    def _heard(self, call_id: str) -> Content | None:
        call = None if self._connection is None or self._connection.knows(call_id) else heard.take(call_id)
        return None if call is None else Content(call.messages, call.response, call.tools, call.tool_calls)

    def _tell_of_others(self, entities: Sequence[Entity]) -> None:
        if self._connection is None:
            return
        knows = self._connection.knows
        # Another mouth may have had more of the trace, and have hung it elsewhere.
        known = {entity.id for entity in entities if isinstance(entity, Group | Call) and knows(entity.id)}
        new = (entity for entity in entities if _about(entity) not in known)
        self._hold.add([self._shown.of_others(entity) for entity in new])

    def _take_own(self, spans: Sequence[ReadableSpan]) -> None:
        if not self._recorded:
            self.take(spans)

    def _entities_of(self, span: ReadableSpan) -> Iterator[Entity]:
        try:
            if self._is_new(span):
                entities = [*entities_of(view(span))]
                for needed in needed_from_elsewhere(span, entities, busy=self.others.busy):
                    self._hold.await_no_more(needed)
                for entity in entities:
                    yield self._shown.call(beside.take(entity.id) or entity) if isinstance(entity, Call) else entity
        except Exception:
            # One span that cannot be read may not cost the others, nor the agent.
            if not self._said:
                self._said = True
                logger.exception("%s cannot read a span for the native API; it is left out", self._name)

    def _note_answer(self, span: ReadableSpan) -> None:
        attributes = span.attributes or {}
        answer, native_id = attributes.get(semconv.GEN_AI_RESPONSE_ID), attributes.get(semconv.WARPMETRICS_CALL_ID)
        if isinstance(answer, str) and isinstance(native_id, str):
            self._answered.append((answer, Answered(span.context.trace_id, span.context.span_id, native_id)))

    def _is_new(self, span: ReadableSpan) -> bool:
        attributes = span.attributes or {}
        kind = attributes.get(semconv.WARPMETRICS_ENTITY_TYPE)
        if self._connection is None or not isinstance(kind, str):
            return False
        known = self._connection.knows
        own = _IDS.get(kind)
        if own is not None and not known(str(attributes.get(own))):
            return True
        marks = (event.attributes or {} for event in span.events)
        keys = (mark.get(semconv.WARPMETRICS_ACT_ID) or mark.get(semconv.WARPMETRICS_OUTCOME_ID) for mark in marks)
        return not all(known(str(key)) for key in keys)


def _looked_at(span: ReadableSpan | Span) -> Span:
    return view(span) if isinstance(span, ReadableSpan) else span


def _sketched(span: ReadableSpan | Span) -> Span:
    # All that is asked of it later is what the run is called that it stands for.
    return (
        sketch(span)._replace(name=run_label(span.name, span.attributes or {}))
        if isinstance(span, ReadableSpan)
        else span
    )


def _about(entity: Entity) -> str:
    return entity.child_id if isinstance(entity, Link) else entity.id

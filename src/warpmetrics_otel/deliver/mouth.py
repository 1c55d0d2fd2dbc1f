"""What exporter and processor have in common: spans become entities, which go into the one pipeline.

What recording has told that pipeline already is not even translated: it comes first, and is not sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from opentelemetry.sdk.trace import ReadableSpan

from warpmetrics_otel import semconv
from warpmetrics_otel.beside import beside
from warpmetrics_otel.deliver.connect import connect
from warpmetrics_otel.deliver.hold import Hold
from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.entities import ABSENT, Call, Entity
from warpmetrics_otel.translate.to_native import entities_of
from warpmetrics_otel.translate.views import view

logger = logging.getLogger("warpmetrics_otel")

_IDS = {
    semconv.ENTITY_TYPE_RUN: semconv.WARPMETRICS_RUN_ID,
    semconv.ENTITY_TYPE_GROUP: semconv.WARPMETRICS_GROUP_ID,
    semconv.ENTITY_TYPE_CALL: semconv.WARPMETRICS_CALL_ID,
}


class Mouth:
    """Takes spans for one destination.

    Args:
        options: where to, and what of them.
        name: whose mouth it is, for messages.
    """

    def __init__(self, options: MouthSettings, name: str) -> None:
        self._content = options.native_content
        self._name = name
        self._said = False
        self._hold: Hold | None = None
        self._connection = connect(options)
        if self._connection is None:
            logger.warning("%s has no API key, so it sends nothing; set WARPMETRICS_API_KEY, or pass api_key=", name)
            return
        beside.open(self._connection.destination)
        self._hold = Hold(self._connection.take, self._connection.knows, options.hold_entities, options.hold_seconds)

    @property
    def open(self) -> bool:
        """Whether what it takes goes anywhere."""
        return self._connection is not None

    @property
    def early(self) -> int:
        """How many entities were sent before what they hang on."""
        return 0 if self._hold is None else self._hold.early

    def take(self, spans: Iterable[ReadableSpan]) -> None:
        """Take spans; those that are none of ours, or hold nothing new, are passed over."""
        entities = [entity for span in spans for entity in self._entities_of(span)]
        if entities and self._hold is not None:
            self._hold.add(entities)

    def flush(self, seconds: float) -> bool:
        """Send everything, without parents where need be; whether nothing is left."""
        if self._connection is None or self._hold is None:
            return True
        self._hold.release()
        counts = self._connection.flush(seconds)
        return not (counts.pending or counts.spooled or counts.refusal)

    def shutdown(self, seconds: float) -> None:
        """Send everything, and take no more."""
        connection, self._connection = self._connection, None
        if connection is not None and self._hold is not None:
            self._hold.release()
            beside.close(connection.destination)
            connection.shutdown(seconds)

    def _entities_of(self, span: ReadableSpan) -> Iterator[Entity]:
        try:
            if self._is_new(span):
                for entity in [*entities_of(view(span))]:
                    yield self._said_in(entity) if isinstance(entity, Call) else entity
        except Exception:
            # One span that cannot be read may not cost the others, nor the agent.
            if not self._said:
                self._said = True
                logger.exception("%s cannot read a span for the native API; it is left out", self._name)

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

    def _said_in(self, call: Call) -> Call:
        call = beside.take(call.id) or call
        if self._content:
            return call
        return call._replace(
            messages=None,
            response=ABSENT if call.response is ABSENT else None,
            tool_calls=ABSENT if call.tool_calls is ABSENT else None,
        )

"""What of an entity may be seen by the native API: its content, or not, and after the user's own look at it."""

from __future__ import annotations

from warpmetrics_otel.entities import ABSENT, Call, Entity, Outcome
from warpmetrics_otel.translate.opts import Redact, redacted

_LONGEST_TEXT = 4 << 20
"""Characters of one text; the pipeline shortens what the API refuses for its size."""

_FIELDS = ("messages", "response", "tool_calls", "error")


class Shown:
    """Leaves out what is not to be seen.

    Args:
        redact: sees every value of content and opts of spans of others; recording has asked it about its own.
        native_content: whether what was said in calls is told.
    """

    def __init__(self, redact: Redact | None, *, native_content: bool) -> None:
        self._redact = redact
        self._content = native_content

    def call(self, call: Call) -> Call:
        """A call of Warpmetrics' own."""
        if self._content:
            return call
        return call._replace(
            messages=None,
            response=ABSENT if call.response is ABSENT else None,
            tool_calls=ABSENT if call.tool_calls is ABSENT else None,
        )

    def of_others(self, entity: Entity) -> Entity:
        """An entity that comes from a span of others."""
        if isinstance(entity, Call):
            call = self.call(entity)
            redact = self._redact
            if redact is None:
                return call
            values = {name: getattr(call, name) for name in _FIELDS}
            seen = {
                name: redacted(value, redact, name, _LONGEST_TEXT)[0]
                for name, value in values.items()
                if value is not None and value is not ABSENT
            }
            return call._replace(**seen)
        if isinstance(entity, Outcome) and entity.opts is not None and self._redact is not None:
            return entity._replace(opts=redacted(entity.opts, self._redact, "outcome.opts")[0])
        return entity

"""What recording tells delivery, at once: a run and a group when they start, an outcome and an act when they happen.

From span ends alone a follow-up would arrive before its act, and a killed process would lose outcomes
whose verbs had returned. Entities are made of plain values that nobody changes afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warpmetrics_otel import entities, ids
from warpmetrics_otel.beside import beside
from warpmetrics_otel.translate.call_rows import Content, call_from_data, content_of
from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.opts import redacted
from warpmetrics_otel.translate.times import iso

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import CallData
    from warpmetrics_otel.record.settings import Settings
    from warpmetrics_otel.record.state import Mark, State

_LEAVES = frozenset({str, int, float, bool, type(None)})
_LONGEST_CONTENT = 4 << 20
"""Characters of one call's content; the API's own limit is not known, and the pipeline shortens what it refuses."""


class _Nowhere:
    def take(self, told: Sequence[entities.Entity], follows: object = None) -> None:
        """There is no delivery of recording's own."""


_NOWHERE = _Nowhere()


class Telling:
    """Makes entities of what was recorded, and hands them to delivery.

    Args:
        delivery: where they go; None keeps calls for those who read spans, and tells nothing else.
        settings: what of a call's content is told.
    """

    def __init__(self, delivery: entities.Delivery | None, settings: Settings) -> None:
        self._tap: entities.Tap = _NOWHERE if delivery is None else delivery
        self._destination = None if delivery is None else delivery.destination
        self._content = settings.native_content
        self._redact = settings.redact

    def run(
        self, state: State, label: object, opts: Any, act: Mark | None, conversation_id: Any, user_id: Any, at_ns: int
    ) -> None:
        """A run has started."""
        bag = _kept(opts)
        among = {"conversation_id": conversation_id, "user_id": user_id}
        given = {name: plain_value(value) for name, value in among.items() if value is not None}
        if given and (bag is None or isinstance(bag, dict)):
            bag = {**(bag or {}), **given}
        act_id, act_name = (None, None) if act is None else (act.id, act.act_name)
        self._tap.take((entities.Run(state.id, plain_value(label), bag, act_id, iso(at_ns)),), act_name)

    def group(self, state: State, parent: State, label: object, opts: Any, at_ns: int) -> None:
        """A group has started."""
        at = iso(at_ns)
        group = entities.Group(state.id, plain_value(label), _kept(opts), at)
        self._tap.take((group, entities.Link(parent.id, state.id, "group", at)))

    def call(self, state: State, parent: State, data: CallData, opts: Any) -> None:
        """A call is over."""
        call = call_from_data(state.id, data, _kept(opts), self._content_of(data))
        if beside.readers:
            beside.put(call, self._destination)
        self._tap.take((call, entities.Link(parent.id, state.id, "call", call.ended_at)))

    def mark(self, mark: Mark, ref_id: str, name: object, opts: Any, at_ns: int) -> None:
        """An outcome or act has happened."""
        kind = entities.Outcome if mark.kind == ids.OUTCOME else entities.Act
        self._tap.take((kind(mark.id, ref_id, plain_value(name), _kept(opts), iso(at_ns)),))

    def _content_of(self, data: CallData) -> Content:
        content = content_of(data)
        if not self._content:
            kept = content._replace(messages=None)
            absent = entities.ABSENT
            return kept._replace(
                response=absent if kept.response is absent else None,
                tool_calls=absent if kept.tool_calls is absent else None,
            )
        if self._redact is None:
            return content._replace(messages=_kept(content.messages))
        shown = {
            name: redacted(getattr(content, name), self._redact, path, _LONGEST_CONTENT)[0]
            for name, path in (("messages", "messages"), ("response", "response"), ("tool_calls", "tool_calls"))
            if getattr(content, name) is not None and getattr(content, name) is not entities.ABSENT
        }
        return content._replace(**shown)


def _kept(value: Any) -> Any:
    """A plain value that stays as it is when the user goes on to change theirs."""
    if value is None:
        return None
    plain = plain_value(value)
    if type(plain) is dict:
        return {key: item if type(item) in _LEAVES else _kept(item) for key, item in plain.items()}
    if type(plain) in (list, tuple):
        return [item if type(item) in _LEAVES else _kept(item) for item in plain]
    return plain

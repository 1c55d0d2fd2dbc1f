"""What recording tells delivery, at once: a run and a group when they start, an outcome and an act when they happen.

From span ends alone a follow-up would arrive before its act, and a killed process would lose outcomes
whose verbs had returned. Users' values are copied at once, since they may go on to change them; the rest of what
making entities takes is left to delivery, which has a thread for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from warpmetrics_otel import entities, ids
from warpmetrics_otel.beside import beside
from warpmetrics_otel.translate.call_rows import Content, call_from_data, content_of
from warpmetrics_otel.translate.keep import Keep
from warpmetrics_otel.translate.opts import redacted
from warpmetrics_otel.translate.times import iso

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import CallData
    from warpmetrics_otel.record.settings import Settings
    from warpmetrics_otel.record.state import Mark, State

_LONGEST_CONTENT = 4 << 20
"""Characters of one call's content; the API's own limit is not known, and the pipeline shortens what it refuses."""


class _Nowhere:
    def take(self, told: Iterable[entities.Entity], follows: object = None) -> None:
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
        keep = Keep()
        bag = keep(opts)
        if conversation_id is not None or user_id is not None:
            bag = _with(bag, conversation_id=keep(conversation_id), user_id=keep(user_id))
        act_id, act_name = (None, None) if act is None else (act.id, act.act_name)
        self._tap.take(entities.Later(_run, (state.id, keep(label), bag, act_id, at_ns), keep.size), act_name)

    def group(self, state: State, parent: State, label: object, opts: Any, at_ns: int) -> None:
        """A group has started."""
        keep = Keep()
        made_of = (state.id, parent.id, keep(label), keep(opts), at_ns)
        self._tap.take(entities.Later(_group, made_of, keep.size))

    def call(self, state: State, parent: State, data: CallData, opts: Any) -> None:
        """A call is over."""
        keep = Keep()
        content = self._content_of(data, keep)
        made_of = (state.id, parent.id, data, keep(opts), content)
        if beside.readers:
            beside.put(_call(*made_of)[0], self._destination)
        self._tap.take(entities.Later(_call, made_of, keep.size))

    def mark(self, mark: Mark, ref_id: str, name: object, opts: Any, at_ns: int) -> None:
        """An outcome or act has happened."""
        keep = Keep()
        made_of = (mark.kind, mark.id, ref_id, keep(name), keep(opts), at_ns)
        self._tap.take(entities.Later(_mark, made_of, keep.size))

    def _content_of(self, data: CallData, keep: Keep) -> Content:
        content = content_of(data, keep)
        if not self._content:
            kept = content._replace(messages=None)
            absent = entities.ABSENT
            return kept._replace(
                response=absent if kept.response is absent else None,
                tool_calls=absent if kept.tool_calls is absent else None,
            )
        if self._redact is None:
            return content
        shown = {
            name: redacted(getattr(content, name), self._redact, path, _LONGEST_CONTENT)[0]
            for name, path in (("messages", "messages"), ("response", "response"), ("tool_calls", "tool_calls"))
            if getattr(content, name) is not None and getattr(content, name) is not entities.ABSENT
        }
        return content._replace(**shown)


def _with(bag: Any, **given: Any) -> Any:
    """The bag with what was given beside it; one that is no object stays as it is."""
    known = {name: value for name, value in given.items() if value is not None}
    return {**(bag or {}), **known} if bag is None or isinstance(bag, dict) else bag


def _run(native_id: str, label: Any, opts: Any, act_id: str | None, at_ns: int) -> tuple[entities.Entity, ...]:
    return (entities.Run(native_id, label, opts, act_id, iso(at_ns)),)


def _group(native_id: str, parent_id: str, label: Any, opts: Any, at_ns: int) -> tuple[entities.Entity, ...]:
    at = iso(at_ns)
    return entities.Group(native_id, label, opts, at), entities.Link(parent_id, native_id, "group", at)


def _call(
    native_id: str, parent_id: str, data: CallData, opts: Any, content: Content
) -> tuple[entities.Call, entities.Link]:
    call = call_from_data(native_id, data, opts, content)
    return call, entities.Link(parent_id, native_id, "call", call.ended_at)


def _mark(kind: str, native_id: str, ref_id: str, name: Any, opts: Any, at_ns: int) -> tuple[entities.Entity, ...]:
    make = entities.Outcome if kind == ids.OUTCOME else entities.Act
    return (make(native_id, ref_id, name, opts, iso(at_ns)),)

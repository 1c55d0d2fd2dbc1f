"""What recording tells delivery, at once: a run and a group when they start, an outcome and an act when they happen.

From span ends alone a follow-up would arrive before its act, and a killed process would lose outcomes
whose verbs had returned. Users' values are taken as they are now, since they may go on to change them; the rest of
what making entities takes is left to delivery, which has a thread for it (`told`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from warpmetrics_otel import entities, ids
from warpmetrics_otel.beside import beside
from warpmetrics_otel.record.told import (
    fixed,
    fixed_tokens,
    written_call,
    written_group,
    written_mark,
    written_run,
)
from warpmetrics_otel.record.turns import Turns, turns_of
from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.opts import Redact, redacted
from warpmetrics_otel.translate.records import entity_of

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import CallData
    from warpmetrics_otel.record.settings import Settings
    from warpmetrics_otel.record.state import Mark, State

_KINDS = dict(zip((ids.OUTCOME, ids.ACT), entities.KINDS[-2:], strict=True))
_LONGEST_CONTENT = 4 << 20
"""Characters of one call's content; the API's own limit is not known, and the pipeline shortens what it refuses."""


class Telling:
    """Tells delivery what was recorded.

    Args:
        delivery: who is told; None keeps calls for those who read spans, and tells nothing else.
        settings: what of a call's content is told.
    """

    def __init__(self, delivery: entities.Delivery | None, settings: Settings) -> None:
        self._tap = delivery
        self._destination = None if delivery is None else delivery.destination
        self._shown = _as_it_is if settings.native_content else _left_out
        if settings.native_content and settings.redact is not None:
            self._shown = partial(_redacted, redact=settings.redact)

    def run(
        self, state: State, label: object, opts: Any, act: Mark | None, conversation_id: Any, user_id: Any, at_ns: int
    ) -> None:
        """A run has started."""
        if conversation_id is not None or user_id is not None:
            opts = _with(plain_value(opts), conversation_id=conversation_id, user_id=user_id)
        act_id, act_name = (None, None) if act is None else (act.id, act.act_name)
        bag = None if opts is None else fixed(opts)
        told = (
            written_run,
            state.id,
            label if type(label) is str else plain_value(label),
            bag,
            act_id,
            act_name,
            at_ns,
        )
        if self._tap is not None:
            self._tap.take_later(told, 0 if bag is None else len(bag))

    def group(self, state: State, parent: State, label: object, opts: Any, at_ns: int) -> None:
        """A group has started."""
        bag = None if opts is None else fixed(opts)
        if self._tap is not None:
            told = (written_group, state.id, parent.id, label if type(label) is str else plain_value(label), bag, at_ns)
            self._tap.take_later(told, 0 if bag is None else len(bag))

    def call(self, state: State, parent: State, data: CallData, opts: Any) -> None:
        """A call is over."""
        turns, tokens, more = data.turns or turns_of(data.messages), data.tokens, None
        if (
            turns is None
            or opts is not None
            or self._shown is not _as_it_is
            or not (data.bare or (data.tools is None and data.tool_calls is None))
        ):
            more = self._more(data, turns, opts)
            turns, size = None, _length(more[0]) + _length(more[1])
        else:
            size = sum(map(len, turns)) + len(data.response or "")
        tokens = tokens.copy() if type(tokens) is dict else fixed_tokens(tokens)
        told = (written_call, state.id, parent.id, data, turns, tokens, more)
        if beside.readers and beside.wanted(self._destination):
            _, (record, _), _ = written_call(told)
            beside.put(cast(entities.Call, entity_of(record)), self._destination)
        if self._tap is not None:
            self._tap.take_later(told, size)

    def _more(self, data: CallData, turns: Turns | None, opts: Any) -> tuple[Any, ...]:
        messages, response, tool_calls = self._shown(data, turns)
        tools = None if data.tools is None else fixed(data.tools)
        return messages, response, tools, tool_calls, None if opts is None else fixed(opts)

    def mark(self, mark: Mark, ref_id: str, name: object, opts: Any, at_ns: int) -> None:
        """An outcome or act has happened."""
        bag = None if opts is None else fixed(opts)
        text = name if type(name) is str else plain_value(name)
        told = (written_mark, _KINDS[mark.kind], mark.id, ref_id, text, bag, at_ns)
        if self._tap is not None:
            self._tap.take_mark(told, 0 if bag is None else len(bag))


_Shown = tuple[Any, Any, Any]
"""Messages, response and tool calls."""


def _as_it_is(data: CallData, turns: Turns | None) -> _Shown:
    tool_calls = data.tool_calls
    messages = fixed(data.messages) if turns is None else turns
    return messages, data.response, None if tool_calls is None else fixed(tool_calls)


def _left_out(_data: CallData, _turns: Turns | None) -> _Shown:
    return None, None, None


def _redacted(data: CallData, _turns: Turns | None, redact: Redact) -> _Shown:
    def shown(value: Any, path: str) -> Any:
        return None if value is None else fixed(redacted(value, redact, path, _LONGEST_CONTENT)[0])

    return shown(data.messages, "messages"), shown(data.response, "response"), shown(data.tool_calls, "tool_calls")


def _length(said: Any) -> int:
    return sum(map(len, said)) if type(said) is tuple else len(said or "")


def _with(bag: Any, **given: Any) -> Any:
    """The bag with what was given beside it; one that is no object stays as it is."""
    known = {name: value for name, value in given.items() if value is not None}
    return {**(bag or {}), **known} if bag is None or isinstance(bag, dict) else bag

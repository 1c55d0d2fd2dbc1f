"""The six kinds of rows of a native batch, each with its fields in the order in which the vendor's SDK sends them.

A row of another SDK may hold anything, which is why fields are of any type. Only ids are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

from warpmetrics_otel.entities.absent import ABSENT

_IDS = frozenset({"id", "parentId", "childId"})


class _Row(tuple[Any, ...]):
    """What rows of all kinds can do. Their fields are in classes of their own, since a named tuple takes no base."""

    __slots__ = ()
    kind: ClassVar[str]
    """The name of its array in a batch."""
    _names: ClassVar[tuple[str, ...]]
    """Those of the fields on the wire, but for `extra`."""

    @property
    def key(self) -> str:
        """What tells it from every other entity: its id, where it has one."""
        key: str = self[0]
        return key

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        row = {name: value for name, value in zip(self._names, self, strict=False) if value is not ABSENT}
        extra = self[-1]
        if extra:
            row.update(extra)
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read a row. Raises ValueError when it has no id; a link when it has no parent's or child's."""
        values = [row.get(name, ABSENT) for name in cls._names]
        for name, value in zip(cls._names, values, strict=True):
            if name in _IDS and not (isinstance(value, str) and value):
                raise ValueError(f"a row has the {name} {value!r:.40}, and has to have a text there")
        known = sum(value is not ABSENT for value in values)
        values.append(None if known == len(row) else {name: row[name] for name in row if name not in cls._names})
        return tuple.__new__(cls, values)


class _Run(NamedTuple):
    id: str
    label: Any = None
    opts: Any = None
    ref_id: Any = None
    started_at: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""


class Run(_Run, _Row):
    """One execution of an agent; `ref_id` is the act it follows, or None."""

    __slots__ = ()
    kind = "runs"
    _names = ("id", "label", "opts", "refId", "startedAt")


class _Group(NamedTuple):
    id: str
    label: Any = None
    opts: Any = None
    started_at: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""


class Group(_Group, _Row):
    """A phase of a run."""

    __slots__ = ()
    kind = "groups"
    _names = ("id", "label", "opts", "startedAt")


class _Call(NamedTuple):
    id: str
    provider: Any = None
    model: Any = None
    messages: Any = None
    response: Any = ABSENT
    tools: Any = ABSENT
    tool_calls: Any = ABSENT
    tokens: Any = ABSENT
    duration: Any = ABSENT
    started_at: Any = ABSENT
    ended_at: Any = ABSENT
    status: Any = ABSENT
    error: Any = ABSENT
    opts: Any = ABSENT
    cost: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""


class Call(_Call, _Row):
    """One request to a model. `duration` is in milliseconds, `cost` in US dollars, times are ISO 8601 texts."""

    __slots__ = ()
    kind = "calls"
    _names = (
        "id",
        "provider",
        "model",
        "messages",
        "response",
        "tools",
        "toolCalls",
        "tokens",
        "duration",
        "startedAt",
        "endedAt",
        "status",
        "error",
        "opts",
        "cost",
    )


class _Link(NamedTuple):
    parent_id: str
    child_id: str
    type: Any = ABSENT
    timestamp: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""


class Link(_Link, _Row):
    """Which run or group (`parent_id`) a group or call (`child_id`) is under; `type` is ``group`` or ``call``."""

    __slots__ = ()
    kind = "links"
    _names = ("parentId", "childId", "type", "timestamp")

    @property
    def key(self) -> str:
        """What tells it from every other entity: it has no id of its own."""
        return f"{self.parent_id}>{self.child_id}"


class _Mark(NamedTuple):
    id: str
    ref_id: Any = None
    name: Any = None
    opts: Any = None
    timestamp: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""


class Outcome(_Mark, _Row):
    """What came of the run, group or call whose id is `ref_id`."""

    __slots__ = ()
    kind = "outcomes"
    _names = ("id", "refId", "name", "opts", "timestamp")


class Act(_Mark, _Row):
    """What is done about the outcome whose id is `ref_id`."""

    __slots__ = ()
    kind = "acts"
    _names = ("id", "refId", "name", "opts", "timestamp")


Entity: TypeAlias = Run | Group | Call | Link | Outcome | Act

_KINDS: dict[str, type[Entity]] = {each.kind: each for each in (Run, Group, Call, Link, Outcome, Act)}
KINDS = tuple(_KINDS)
"""The names of the six arrays of a batch: runs and groups before what is beneath them, outcomes before their acts."""


def row_from(kind: str, row: object) -> Entity:
    """Read a row of the array called `kind`. Raises ValueError when it is no object or has no id."""
    if not isinstance(row, Mapping):
        raise ValueError(  # noqa: TRY004 -- like everything else that is wrong with a batch
            f"a row of {kind} is a {type(row).__name__}, and has to be an object"
        )
    return _KINDS[kind].from_json(row)

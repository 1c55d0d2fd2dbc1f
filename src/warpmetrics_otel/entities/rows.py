"""The six kinds of rows of a native batch, each with its fields in the order in which the vendor's SDK sends them.

A row of another SDK may hold anything, which is why fields are of any type. Only ids are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from warpmetrics_otel.entities.absent import ABSENT


class Run(NamedTuple):
    """One execution of an agent; `ref_id` is the act it follows, or None."""

    id: str
    label: Any = None
    opts: Any = None
    ref_id: Any = None
    started_at: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "runs"

    @property
    def key(self) -> str:
        """What tells it from every other entity."""
        return self.id

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_RUN, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Run:
        """Read a row. Raises ValueError when it has no id."""
        return cls._make(_read(_RUN, row))


class Group(NamedTuple):
    """A phase of a run."""

    id: str
    label: Any = None
    opts: Any = None
    started_at: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "groups"

    @property
    def key(self) -> str:
        """What tells it from every other entity."""
        return self.id

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_GROUP, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Group:
        """Read a row. Raises ValueError when it has no id."""
        return cls._make(_read(_GROUP, row))


class Call(NamedTuple):
    """One request to a model. `duration` is in milliseconds, `cost` in US dollars, times are ISO 8601 texts."""

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

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "calls"

    @property
    def key(self) -> str:
        """What tells it from every other entity."""
        return self.id

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_CALL, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Call:
        """Read a row. Raises ValueError when it has no id."""
        return cls._make(_read(_CALL, row))


class Link(NamedTuple):
    """Which run or group (`parent_id`) a group or call (`child_id`) is under; `type` is ``group`` or ``call``."""

    parent_id: str
    child_id: str
    type: Any = ABSENT
    timestamp: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "links"

    @property
    def key(self) -> str:
        """What tells it from every other entity: it has no id of its own."""
        return f"{self.parent_id}>{self.child_id}"

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_LINK, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Link:
        """Read a row. Raises ValueError when it has no parent's or child's id."""
        return cls._make(_read(_LINK, row))


class Outcome(NamedTuple):
    """What came of the run, group or call whose id is `ref_id`."""

    id: str
    ref_id: Any = None
    name: Any = None
    opts: Any = None
    timestamp: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "outcomes"

    @property
    def key(self) -> str:
        """What tells it from every other entity."""
        return self.id

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_MARK, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Outcome:
        """Read a row. Raises ValueError when it has no id."""
        return cls._make(_read(_MARK, row))


class Act(NamedTuple):
    """What is done about the outcome whose id is `ref_id`."""

    id: str
    ref_id: Any = None
    name: Any = None
    opts: Any = None
    timestamp: Any = ABSENT
    extra: Mapping[str, Any] | None = None
    """Fields that are not known here."""

    @property
    def kind(self) -> str:
        """The name of its array in a batch."""
        return "acts"

    @property
    def key(self) -> str:
        """What tells it from every other entity."""
        return self.id

    def to_json(self) -> dict[str, Any]:
        """The row as it is sent; values are the entity's own, not copies."""
        return _written(_MARK, self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Act:
        """Read a row. Raises ValueError when it has no id."""
        return cls._make(_read(_MARK, row))


Entity: TypeAlias = Run | Group | Call | Link | Outcome | Act

# The names on the wire, in the order of the fields.
_RUN = ("id", "label", "opts", "refId", "startedAt")
_GROUP = ("id", "label", "opts", "startedAt")
_CALL = (
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
_LINK = ("parentId", "childId", "type", "timestamp")
_MARK = ("id", "refId", "name", "opts", "timestamp")
_IDS = frozenset({"id", "parentId", "childId"})

_KINDS: dict[str, type[Entity]] = {
    "runs": Run,
    "groups": Group,
    "calls": Call,
    "links": Link,
    "outcomes": Outcome,
    "acts": Act,
}
KINDS = tuple(_KINDS)
"""The names of the six arrays of a batch: runs and groups before what is beneath them, outcomes before their acts."""


def row_from(kind: str, row: object) -> Entity:
    """Read a row of the array called `kind`. Raises ValueError when it is no object or has no id."""
    if not isinstance(row, Mapping):
        raise ValueError(  # noqa: TRY004 -- like everything else that is wrong with a batch
            f"a row of {kind} is a {type(row).__name__}, and has to be an object"
        )
    return _KINDS[kind].from_json(row)


def _written(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    row = {name: value for name, value in zip(names, values, strict=False) if value is not ABSENT}
    extra = values[-1]
    if extra:
        row.update(extra)
    return row


def _read(names: tuple[str, ...], row: Mapping[str, Any]) -> list[Any]:
    values = [row.get(name, ABSENT) for name in names]
    for name, value in zip(names, values, strict=True):
        if name in _IDS and not (isinstance(value, str) and value):
            raise ValueError(f"a row has the {name} {value!r:.40}, and has to have a text there")
    known = sum(value is not ABSENT for value in values)
    values.append(None if known == len(row) else {name: row[name] for name in row if name not in names})
    return values

"""Entities as they travel together: the six arrays of the native API, and the envelope around them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from warpmetrics_otel.entities.rows import KINDS, Entity, row_from

_write = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Batch:
    """An immutable, ordered collection of entities of any kinds."""

    __slots__ = ("entities",)

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self.entities: tuple[Entity, ...] = tuple(entities)
        """In the order in which they were given."""

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Batch) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]  # what rows hold cannot be hashed

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(rows)} {kind}" for kind, rows in self.to_json().items() if rows)
        return f"<Batch of {counts or 'nothing'}>"

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """The six arrays, present also where they are empty."""
        arrays: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        for entity in self.entities:
            arrays[entity.kind].append(entity.to_json())
        return arrays

    @classmethod
    def from_json(cls, arrays: object) -> Batch:
        """Read the six arrays; those that are missing or null count as empty, others are left alone.

        Raises:
            ValueError: it is no object, an array is none, or a row has no id.
        """
        if not isinstance(arrays, Mapping):
            raise ValueError(f"a batch is a {type(arrays).__name__}, and has to be an object")  # noqa: TRY004 -- see above
        entities: list[Entity] = []
        for kind in KINDS:
            rows = arrays.get(kind)
            if rows is None:
                continue
            if not isinstance(rows, list):
                raise ValueError(f"{kind} is a {type(rows).__name__}, and has to be an array")  # noqa: TRY004
            entities.extend(row_from(kind, row) for row in rows)
        return cls(entities)

    def envelope(self) -> bytes:
        """The body of a request: ``{"d": base64 of the JSON}``. Raises ValueError for what JSON cannot hold."""
        return b'{"d":"%s"}' % b64encode(_write(self.to_json()).encode("ascii"))

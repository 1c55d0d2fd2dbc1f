"""How much memory an entity takes, about: what bounds in bytes are held against."""

from __future__ import annotations

import sys

from warpmetrics_otel.entities.rows import Call, Entity, Link

_OVERHEAD = 600
"""Bytes an entity takes besides its content, about."""


def size_of(entity: Entity) -> int:
    """The bytes that an entity takes in memory, estimated from the values in it that can be long."""
    if isinstance(entity, Link):
        return _OVERHEAD
    if isinstance(entity, Call):
        content = entity.messages, entity.response, entity.tool_calls, entity.opts, entity.error
        return _OVERHEAD + sum([_size(value) for value in content if value])
    return _OVERHEAD + (_size(entity.opts) if entity.opts else 0)


def _size(value: object) -> int:
    total = 0
    rest = [value]
    # It grows while it is gone through, where recursion would meet its limit before the parser of a row does.
    for item in rest:
        if type(item) is str:
            total += sys.getsizeof(item)
        elif type(item) is dict:
            total += 64 * len(item)
            rest.extend(item.values())
        elif isinstance(item, (list, tuple)):
            total += 16 * len(item)
            rest.extend(item)
        else:
            total += 32
    return total

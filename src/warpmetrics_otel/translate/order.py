"""The order in which entities are sent: nothing before what it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warpmetrics_otel.entities import Act, Call, Entity, Group, Link, Outcome, Run


def parents_first(entities: Iterable[Entity]) -> list[Entity]:
    """The entities in their own order, except that each comes after what it hangs on and is among them.

    A run hangs on the act it follows, an act on its outcome, an outcome on its target, a group or call on what its
    link says, and a link on both. What hangs on itself in a circle stays where it is.
    """
    waiting = {entity.key: entity for entity in entities}
    above = parents(waiting.values())
    ordered: list[Entity] = []
    for key in [*waiting]:
        path = [key] if key in waiting else []
        while path:
            entity = waiting[path[-1]]
            needed = next((name for name in needs(entity, above) if name in waiting and name not in path), None)
            if needed is not None:
                path.append(needed)
            else:
                ordered.append(waiting.pop(path.pop()))
    return ordered


def parents(entities: Iterable[Entity]) -> dict[str, str]:
    """The parents of groups and calls by their ids, as links say."""
    return {entity.child_id: entity.parent_id for entity in entities if isinstance(entity, Link)}


def needs(entity: Entity, above: Mapping[str, str]) -> list[str]:
    """The ids of what an entity hangs on.

    Args:
        entity: any.
        above: the parents of groups and calls, where they are known.
    """
    match entity:
        case Link():
            return [entity.parent_id, entity.child_id]
        case Group() | Call():
            return [above[entity.id]] if entity.id in above else []
        case Run() | Outcome() | Act():
            return [entity.ref_id] if isinstance(entity.ref_id, str) else []

"""A native link and the child's span: its parent's id stands there, and the child's own time is the link's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Link
from warpmetrics_otel.translate.exact import LINK, corrected, difference, shown

_TYPES = {ids.GROUP: semconv.ENTITY_TYPE_GROUP, ids.CALL: semconv.ENTITY_TYPE_CALL}


def link_of(attributes: Mapping[str, Any], child_id: str, child_kind: str | None, timestamp: str) -> Link | None:
    """The link that a span or event tells of; None where the parent is not known.

    Args:
        attributes: the span's or event's.
        child_id: whose parent it is.
        child_kind: ``grp`` or ``call``.
        timestamp: when the child came to its parent.
    """
    parent_id = attributes.get(semconv.WARPMETRICS_PARENT_ID)
    if not isinstance(parent_id, str):
        return None
    return Link(parent_id, child_id, _TYPES.get(child_kind or ""), timestamp)


def native_link(link: Link | None, native: Mapping[str, Any]) -> Link | None:
    """The link with what is known of it to be different; the inverse of `link_difference`."""
    known = native.get(LINK)
    if link is None or not isinstance(known, dict):
        return link
    return Link.from_json(corrected(link.to_json(), known))


def add_parent(attributes: dict[str, Any], link: Link | None) -> None:
    """Add whose child a span is."""
    if link is not None:
        attributes[semconv.WARPMETRICS_PARENT_ID] = shown(link.parent_id)


def link_difference(link: Link | None, said: Link | None) -> dict[str, Any]:
    """What has to be known of a link beside what the child's span says, as a field of the child's difference."""
    native = difference(link.to_json(), said.to_json()) if link is not None and said is not None else {}
    return {LINK: native} if native else {}

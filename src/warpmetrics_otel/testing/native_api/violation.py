"""The rules that a sender has to keep, and what is written down when one is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Rule = Literal["auth", "headers", "envelope", "schema", "odd", "order", "parent", "duplicate", "changed", "rate"]
"""What was broken.

- ``auth``: no key, a key of no known form, one that is not in force, or an organisation's without a project.
- ``headers``: a content type that is not JSON, or no ``X-SDK-Version``.
- ``envelope``: a body that is neither ``{"d": base64}`` nor a batch.
- ``schema``: a row without what the API cannot do without, or an array that is missing.
- ``odd``: a row as other SDKs are known to send it, but not as the API describes it; it is accepted.
- ``order``: a row that arrived before what it refers to.
- ``parent``: a second parent for one child.
- ``duplicate``: an id that had arrived before, although its sender was told so.
- ``changed``: an id that arrived again with other content.
- ``rate``: more requests in a minute than are allowed.
"""

REFUSED: frozenset[Rule] = frozenset({"envelope", "schema"})
"""Rules of a batch's content that the API answers with VALIDATION_ERROR; the batch is not taken."""


class Complaint(NamedTuple):
    """A broken rule, before it is known in which request."""

    rule: Rule
    text: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a request broke."""

    rule: Rule
    text: str
    """What was wrong, with the id or the name it is about."""
    request: int
    """The index of the request in `NativeApi.requests`."""

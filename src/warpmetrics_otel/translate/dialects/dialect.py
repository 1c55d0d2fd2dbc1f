"""What a convention for LLM spans has to tell: how its spans are known, what they are, and what a call says.

Nothing here knows any one convention; each is a file of its own beside this one, or a user's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from warpmetrics_otel.translate.views import SpanView

Kind: TypeAlias = Literal["call", "embedding", "group"]
"""What a span is natively: a request to a model, one for embeddings, a phase of a run. None: no entity of its own."""


class CallFacts(NamedTuple):
    """What a span says of a request to a model. None is not known."""

    provider: Any = None
    """Who served it, in any spelling."""
    model: Any = None
    """The model asked for, else the one that answered."""
    messages: Any = None
    """What was sent, in the form of `content.conversation`."""
    response: Any = None
    """The first answer's text."""
    tools: list[Any] | None = None
    """The names of the tools offered."""
    tool_calls: list[dict[str, Any]] | None = None
    """The calls asked for: ``id``, ``name``, ``arguments`` as JSON text."""
    tokens: dict[str, Any] | None = None
    """The native counts; the prompt's include those of the cache."""
    cost: float | None = None
    """US dollars."""
    error: Any = None
    """What went wrong, where the convention says so in a place of its own; else the span's status tells."""
    started_ns: int | None = None
    """When it began, where that is not when the span began."""


def any_span(_attributes: Mapping[str, Any], _scope: str) -> bool:
    """Claims every span that has the evidence."""
    return True


class Dialect(NamedTuple):
    """A convention for LLM spans."""

    name: str
    """What it is called, in messages."""
    evidence: Collection[str]
    """Attribute names; the convention is asked about spans that have one of them."""
    kind: Callable[[str, Mapping[str, Any], str], Kind | None]
    """From a span's name, attributes and scope, as they are at its start or at its end, to what it is."""
    call: Callable[[SpanView], CallFacts]
    """From a span that is a call to what it says."""
    claims: Callable[[Mapping[str, Any], str], bool] = any_span
    """From the attributes and scope of a span that has the evidence to whether it speaks this convention."""

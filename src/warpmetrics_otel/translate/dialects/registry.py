"""Which convention a span speaks: by what is on it, never by a guess.

Users' own conventions are asked first, the latest first, then those that are installed, then these, from the most
particular to the most general.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.dialect import Dialect, Kind, any_span
from warpmetrics_otel.translate.dialects.gen_ai import GEN_AI
from warpmetrics_otel.translate.dialects.gen_ai_system import GEN_AI_SYSTEM
from warpmetrics_otel.translate.dialects.guarded import guarded
from warpmetrics_otel.translate.dialects.langfuse import LANGFUSE
from warpmetrics_otel.translate.dialects.logfire import LOGFIRE
from warpmetrics_otel.translate.dialects.names import NAMING
from warpmetrics_otel.translate.dialects.openinference import OPENINFERENCE
from warpmetrics_otel.translate.dialects.openllmetry import OPENLLMETRY
from warpmetrics_otel.translate.dialects.openllmetry_indexed import OPENLLMETRY_INDEXED
from warpmetrics_otel.translate.dialects.vercel import VERCEL
from warpmetrics_otel.translate.dialects.vercel_ai import VERCEL_AI

BUILT_IN = (
    OPENINFERENCE,
    LANGFUSE,
    VERCEL_AI,
    OPENLLMETRY,
    OPENLLMETRY_INDEXED,
    LOGFIRE,
    VERCEL,
    GEN_AI_SYSTEM,
    GEN_AI,
)


class Registry:
    """The conventions that are known, in the order in which they are asked."""

    def __init__(self) -> None:
        self._own: tuple[Dialect, ...] = ()
        self._installed: tuple[Dialect, ...] = ()
        self.evidence: frozenset[str] = frozenset()
        """The attribute names of which a span has one that may speak any of them, or is of Warpmetrics."""
        self.telling: frozenset[str] = frozenset()
        """Those, and the ones that may name a run."""
        self._arrange()

    def register(self, dialect: Dialect) -> None:
        """Ask this convention before all others, from now on and in the whole process.

        One of the same name is replaced. What its functions raise is logged once, and the span read without it.

        Args:
            dialect: the convention. Its functions get spans that have an attribute of its `evidence`.

        Raises:
            ValueError: it has no evidence, so it would never be asked.
        """
        self._own = (_checked(dialect), *(known for known in self._own if known.name != dialect.name))
        self._arrange()

    def install(self, dialect: Dialect) -> None:
        """Likewise, except that those which were registered are asked before it, and one of the same name instead.

        Args:
            dialect: the convention.

        Raises:
            ValueError: it has no evidence.
        """
        self._installed = (*self._installed, _checked(dialect))
        self._arrange()

    def restore(self) -> None:
        """Ask only the built-in ones."""
        self._own = self._installed = ()
        self._arrange()

    def find(self, attributes: Mapping[str, Any], scope: str) -> Dialect | None:
        """The convention of a span, by its attributes and the name of its scope; None when it is about no LLM."""
        for name, dialect, claims in self._asked:
            if name in attributes and (claims is any_span or claims(attributes, scope)):
                return dialect
        return None

    def _arrange(self) -> None:
        first: dict[str, Dialect] = {}
        for dialect in (*self._own, *self._installed, *BUILT_IN):
            first.setdefault(dialect.name, dialect)
        dialects = first.values()
        names = (name for dialect in dialects for name in dialect.evidence)
        self.evidence = frozenset((*names, semconv.WARPMETRICS_ENTITY_TYPE))
        self.telling = self.evidence | NAMING
        # One look-up for each name is faster than any set operation.
        self._asked = tuple((name, dialect, dialect.claims) for dialect in dialects for name in dialect.evidence)


def _checked(dialect: Dialect) -> Dialect:
    if isinstance(dialect.evidence, str) or not dialect.evidence:
        raise ValueError(f"the dialect {dialect.name!r} has the evidence {dialect.evidence!r}: name its attributes")
    return guarded(dialect)


registry = Registry()
register_dialect = registry.register


def may_hold_llm(attributes: Mapping[str, Any]) -> bool:
    """Whether a span with these attributes may be about a model, or of Warpmetrics: the cheapest of the questions."""
    return not registry.evidence.isdisjoint(attributes)


def kind_of(name: str, attributes: Mapping[str, Any], scope: str = "") -> Kind | None:
    """What a span is natively, as far as its attributes tell so far; None for what is no entity.

    Args:
        name: the span's.
        attributes: the span's, at its start or at its end.
        scope: the name of the instrumentation scope that made it.
    """
    if registry.evidence.isdisjoint(attributes):
        return None
    dialect = registry.find(attributes, scope)
    return None if dialect is None else dialect.kind(name, attributes, scope)

"""A user's own convention, whose functions may raise anything: a span that one raises on is read without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind, any_span
from warpmetrics_otel.translate.views import SpanView

logger = logging.getLogger("warpmetrics_otel")

_P = ParamSpec("_P")
_T = TypeVar("_T")


def guarded(dialect: Dialect) -> Dialect:
    """The same convention, of which nothing raises; the first time one of its functions did, that is logged."""
    said = False

    def guard(function: Callable[_P, _T], instead: _T) -> Callable[_P, _T]:
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            nonlocal said
            try:
                return function(*args, **kwargs)
            except Exception:
                if not said:
                    said = True
                    logger.exception("the dialect %s raised; what it raises on is read without it", dialect.name)
                return instead

        return call

    kind: Callable[[str, Mapping[str, Any], str], Kind | None] = guard(dialect.kind, None)
    call: Callable[[SpanView], CallFacts] = guard(dialect.call, CallFacts())
    claims = dialect.claims if dialect.claims is any_span else guard(dialect.claims, False)
    return Dialect(dialect.name, tuple(dialect.evidence), kind, call, claims)

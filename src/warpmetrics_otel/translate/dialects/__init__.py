"""Conventions for LLM spans other than ours, one file each: what a span is, and what a call says.

`registry` picks the convention by what is on a span; `foreign` makes entities of what it says.
"""

from warpmetrics_otel.translate.dialects.dialect import CallFacts, Dialect, Kind
from warpmetrics_otel.translate.dialects.registry import kind_of, may_hold_llm, register_dialect, registry

__all__ = ["CallFacts", "Dialect", "Kind", "kind_of", "may_hold_llm", "register_dialect", "registry"]

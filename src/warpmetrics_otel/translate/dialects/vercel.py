"""Vercel's AI SDK through @ai-sdk/otel, which writes the GenAI conventions and names operations of its own.

| | |
|---|---|
| covers | @ai-sdk/otel 1.0 |
| known by | the operations agent_step and rerank, or `ai.*` beside `gen_ai.operation.name` |
| kind | chat: call; embeddings; invoke_agent: group; agent_step, rerank, execute_tool: nothing |
| tokens | as the GenAI conventions have them; those of invoke_agent and agent_step are sums, and no calls |
| error | status and exception, without `error.type` |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.dialect import Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import facts, kind_of_operation

_SCOPES = frozenset({"ai", "gen_ai", "@ai-sdk/otel"})


def _claims(_attributes: Mapping[str, Any], scope: str) -> bool:
    return scope in _SCOPES


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    return kind_of_operation(attributes)


VERCEL = Dialect("vercel", (semconv.GEN_AI_OPERATION_NAME,), _kind, facts, _claims)

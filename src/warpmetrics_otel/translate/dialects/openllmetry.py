"""OpenLLMetry (Traceloop) since it writes messages as the GenAI conventions have them, and its spans of workflows.

| | |
|---|---|
| covers | opentelemetry-instrumentation-* of Traceloop from 0.55 (tested: 0.62), traceloop-sdk |
| known by | `traceloop.span.kind`, or an operation's name of its own |
| kind | the GenAI operations and llm_request: call; workflow, task, agent and execute_task: group; tool: nothing |
| tokens | as the GenAI conventions have them; a cache's writing under the old name |
| content | on the span by default |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.dialect import Dialect, Kind
from warpmetrics_otel.translate.dialects.gen_ai import facts

SPAN_KIND = "traceloop.span.kind"
_KINDS: Mapping[Any, Kind] = {"workflow": "group", "task": "group", "agent": "group"}
_OPERATIONS: Mapping[Any, Kind] = {"llm_request": "call", "execute_task": "group"}


def _claims(attributes: Mapping[str, Any], _scope: str) -> bool:
    return SPAN_KIND in attributes or _of_its_own(attributes) is not None


def _kind(_name: str, attributes: Mapping[str, Any], _scope: str) -> Kind | None:
    kind = attributes.get(SPAN_KIND)
    if kind is not None:
        return _KINDS.get(kind) if isinstance(kind, str) else None
    return _of_its_own(attributes)


def _of_its_own(attributes: Mapping[str, Any]) -> Kind | None:
    operation = attributes.get(semconv.GEN_AI_OPERATION_NAME)
    return _OPERATIONS.get(operation) if isinstance(operation, str) else None


OPENLLMETRY = Dialect("openllmetry", (SPAN_KIND, semconv.GEN_AI_OPERATION_NAME), _kind, facts, _claims)

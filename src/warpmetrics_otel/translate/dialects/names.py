"""What a run or group is called that is a span of somebody else's: by its agent's or workflow's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.dialects.values import first_text

_OPERATION_OF_WORKFLOW = semconv.OPERATION_INVOKE_WORKFLOW
_AGENT = (semconv.GEN_AI_AGENT_NAME, "agent.name", "agent_name")
_GROUP = ("traceloop.entity.name", *_AGENT, semconv.GEN_AI_WORKFLOW_NAME, "gen_ai.task.name")
_WORKFLOW = (semconv.GEN_AI_WORKFLOW_NAME, *_GROUP)
_RUN = ("langfuse.trace.name", "traceloop.workflow.name", *_GROUP, "ai.telemetry.functionId")
NAMING = frozenset((*_RUN, *_WORKFLOW))
"""The attributes that may name a run or group."""


def group_label(name: str, attributes: Mapping[str, Any]) -> str:
    """The label of a group, by its span's name and attributes."""
    return _of_workflow(attributes) or first_text(attributes, _GROUP) or name


def run_label(name: str, attributes: Mapping[str, Any]) -> str:
    """The label of the run that a trace is, by the name and attributes of its topmost span."""
    return _of_workflow(attributes) or first_text(attributes, _RUN) or name


def _of_workflow(attributes: Mapping[str, Any]) -> str | None:
    if attributes.get(semconv.GEN_AI_OPERATION_NAME) == _OPERATION_OF_WORKFLOW:
        return first_text(attributes, _WORKFLOW)
    return None

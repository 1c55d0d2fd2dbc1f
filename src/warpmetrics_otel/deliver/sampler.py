"""`WarpmetricsSampler`: the backend gets the sample, the native API gets everything.

Our own tracer does this unasked while something delivers. On a provider it does so for Warpmetrics
spans of any tracer, and it can be named in the environment and in configuration files.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.translate.dialects import kind_of

_ARGUMENT = "OTEL_TRACES_SAMPLER_ARG"


class WarpmetricsSampler(Sampler):
    """Decides as another sampler does, but records the Warpmetrics spans that it drops, and others' LLM spans.

    Those are known by what they say when they start: instrumentation that says more only at the end goes by the base.

    A follow-up run is decided on with the trace id of its chain's first run, so that chains are sampled whole.

    Args:
        base: decides what reaches the backend.
    """

    def __init__(self, base: Sampler) -> None:
        self._base = base

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide on a span."""
        known = attributes or {}
        chain_id = known.get(semconv.WARPMETRICS_CHAIN_ID)
        if isinstance(chain_id, str):
            trace_id = ids.trace_id_of(chain_id)
        # A sampler of the user's may have been written before there was a trace state to pass.
        more = () if trace_state is None else (trace_state,)
        result = self._base.should_sample(parent_context, trace_id, name, kind, attributes, links, *more)
        if result.decision is Decision.DROP and (
            semconv.WARPMETRICS_ENTITY_TYPE in known or kind_of(name, known) is not None
        ):
            return SamplingResult(Decision.RECORD_ONLY, attributes, result.trace_state)
        return result

    def get_description(self) -> str:
        """Names both."""
        return f"WarpmetricsSampler{{{self._base.get_description()}}}"


def from_argument(argument: str | float | None = None) -> WarpmetricsSampler:
    """Make the sampler that ``OTEL_TRACES_SAMPLER=warpmetrics`` and configuration files name.

    Args:
        argument: what ``OTEL_TRACES_SAMPLER_ARG`` says: the share of runs that the backend gets, such as ``0.1``, or
            ``always_on``, ``always_off``. Without one the backend gets all.

    Raises:
        ValueError: the argument is none of these.
    """
    text = str(os.environ.get(_ARGUMENT, "") if argument is None else argument).strip()
    roots = {"": ALWAYS_ON, "always_on": ALWAYS_ON, "always_off": ALWAYS_OFF}
    if text in roots:
        return WarpmetricsSampler(ParentBased(roots[text]))
    try:
        root = TraceIdRatioBased(float(text))
    except ValueError as error:
        message = f"{_ARGUMENT}={text!r} is not valid; use a share from 0 to 1, always_on or always_off"
        raise ValueError(message) from error
    return WarpmetricsSampler(ParentBased(root))

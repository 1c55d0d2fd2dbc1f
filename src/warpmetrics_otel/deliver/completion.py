"""The completion hook of OpenTelemetry's GenAI instrumentations: what was said in a call, while its span stays without.

It is named in the environment (``OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK=warpmetrics``) or given to an instrumentor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.beside import heard
from warpmetrics_otel.entities import ABSENT, Call
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.dialects.gen_ai import GEN_AI
from warpmetrics_otel.translate.views import KIND_CLIENT
from warpmetrics_otel.translate.views import Span as SpanView


class CompletionHook:
    """Keeps what was said, in memory and within bounds, until the native API's side asks for it with the call's span.

    Nothing is kept where nothing in this process delivers spans of others.
    """

    def on_completion(
        self,
        *,
        inputs: Sequence[Any] = (),
        outputs: Sequence[Any] = (),
        system_instruction: Sequence[Any] = (),
        tool_definitions: Sequence[Any] | None = None,
        span: object = None,
        log_record: object = None,
    ) -> None:
        """Hear what was said in an operation that has just ended.

        Args:
            inputs: the messages asked with.
            outputs: the messages answered.
            system_instruction: instructions given apart.
            tool_definitions: the tools offered.
            span: the operation's, an OpenTelemetry span that is still open.
            log_record: its event; not used.
        """
        if not heard.readers or not isinstance(span, ReadableSpan):
            return
        # Agents and tools speak too, in words that their calls have said already.
        if kind_of(span.name, span.attributes or {}) not in ("call", "embedding"):
            return
        context = span.get_span_context() or INVALID_SPAN_CONTEXT
        said = {
            semconv.GEN_AI_INPUT_MESSAGES: _copied(inputs),
            semconv.GEN_AI_OUTPUT_MESSAGES: _copied(outputs),
            semconv.GEN_AI_SYSTEM_INSTRUCTIONS: _copied(system_instruction),
            semconv.GEN_AI_TOOL_DEFINITIONS: _copied(tool_definitions or ()),
        }
        facts = GEN_AI.call(SpanView(context.trace_id, context.span_id, 0, "", KIND_CLIENT, 0, 0, said))
        call_id = ids.derived(ids.CALL, context.trace_id, context.span_id)
        heard.put(
            Call(
                call_id,
                messages=facts.messages,
                response=ABSENT if facts.response is None else facts.response,
                tools=ABSENT if facts.tools is None else facts.tools,
                tool_calls=ABSENT if facts.tool_calls is None else facts.tool_calls,
            )
        )


def _copied(parts: Sequence[Any]) -> list[Any] | None:
    """The parts as an instrumentation puts them on an event; None without any."""
    return [asdict(part) if is_dataclass(part) and not isinstance(part, type) else part for part in parts] or None

"""Translating others' spans against the official decoder's parsing of the same bytes, in CPU of one process.

A file as a service leaves it that answers by an agent: of every ten spans one is a request to a model, in four
conventions by turns, with 300 characters in and out; one an agent; the rest are HTTP, databases and tools.
"""

import gc
import json
import time
from collections.abc import Callable
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import Span

SPANS = 100_000
TEXT = "What is to be done about the thing that was said before? " * 5
START = 1_790_000_000_000_000_000
HTTP = {
    "http.request.method": "GET",
    "url.full": "https://shop.example.com/api/v1/orders/4711?expand=items",
    "server.address": "shop.example.com",
    "server.port": 443,
    "http.response.status_code": 200,
    "network.protocol.version": "1.1",
}
DATABASE = {
    "db.system.name": "postgresql",
    "db.namespace": "shop",
    "db.operation.name": "SELECT",
    "db.query.text": "SELECT id, state, total FROM orders WHERE customer = $1 ORDER BY created DESC LIMIT 20",
    "server.address": "db",
    "server.port": 5432,
}
SERVER = {**HTTP, "http.route": "/orders/{id}", "client.address": "10.0.0.7", "user_agent.original": "curl/8.5.0"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "orders", "gen_ai.tool.call.id": "call_1"}
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support", "gen_ai.usage.input_tokens": 900}
SENT = json.dumps([{"role": "user", "parts": [{"type": "text", "content": TEXT}]}])
ANSWERED = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": TEXT}], "finish_reason": "stop"}])
MODERN = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 75,
    "gen_ai.usage.output_tokens": 75,
    "server.address": "api.openai.com",
    "server.port": 443,
    "gen_ai.input.messages": SENT,
    "gen_ai.output.messages": ANSWERED,
}
OPENINFERENCE = {
    "openinference.span.kind": "LLM",
    "llm.system": "openai",
    "llm.provider": "openai",
    "llm.model_name": "gpt-5-mini-2025-08-07",
    "llm.invocation_parameters": '{"model": "gpt-5-mini", "temperature": 0.5}',
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": TEXT,
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": TEXT,
    "llm.token_count.prompt": 75,
    "llm.token_count.completion": 75,
    "llm.token_count.total": 150,
    "llm.token_count.prompt_details.cache_read": 0,
    "input.value": json.dumps({"messages": [{"role": "user", "content": TEXT}], "model": "gpt-5-mini"}),
    "input.mime_type": "application/json",
    "output.value": json.dumps({"choices": [{"message": {"role": "assistant", "content": TEXT}}], "id": "chatcmpl-1"}),
    "output.mime_type": "application/json",
}
INDEXED = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": TEXT,
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": TEXT,
    "gen_ai.completion.0.finish_reason": "stop",
    "gen_ai.usage.prompt_tokens": 75,
    "gen_ai.usage.completion_tokens": 75,
    "llm.usage.total_tokens": 150,
}
VERCEL = {
    "operation.name": "ai.generateText.doGenerate",
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.provider": "openai.chat",
    "ai.model.id": "gpt-5-mini",
    "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": TEXT}]}]),
    "ai.response.text": TEXT,
    "ai.response.finishReason": "stop",
    "ai.response.model": "gpt-5-mini-2025-08-07",
    "ai.usage.promptTokens": 75,
    "ai.usage.completionTokens": 75,
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.usage.input_tokens": 75,
    "gen_ai.usage.output_tokens": 75,
}
CALLS = (MODERN, OPENINFERENCE, INDEXED, VERCEL)
CLIENT, INTERNAL = 3, 1
# Name, kind, attributes, and which span of the trace is above; None is a request to a model.
TRACE: tuple[tuple[str, int, dict[str, Any] | None, int], ...] = (
    ("GET /orders/{id}", 2, SERVER, -1),
    ("SELECT shop.orders", CLIENT, DATABASE, 0),
    ("GET", CLIENT, HTTP, 0),
    ("invoke_agent support", INTERNAL, AGENT, 0),
    ("chat gpt-5-mini", CLIENT, None, 3),
    ("POST", CLIENT, HTTP, 4),
    ("execute_tool orders", INTERNAL, TOOL, 3),
    ("SELECT shop.orders", CLIENT, DATABASE, 6),
    ("SELECT shop.items", CLIENT, DATABASE, 6),
    ("GET", CLIENT, HTTP, 0),
)


def request() -> bytes:
    """The file, as one OTLP request."""
    message = ExportTraceServiceRequest()
    spans = message.resource_spans.add().scope_spans.add().spans
    for number in range(0, SPANS, len(TRACE)):
        for place, (name, kind, attributes, above) in enumerate(TRACE):
            spans.append(
                WireSpan(
                    trace_id=(number + 1).to_bytes(16, "big"),
                    span_id=(number + place + 1).to_bytes(8, "big"),
                    parent_span_id=b"" if above < 0 else (number + above + 1).to_bytes(8, "big"),
                    name=name,
                    kind=kind,  # type: ignore[arg-type]
                    start_time_unix_nano=START + number * 1_000_000,
                    end_time_unix_nano=START + number * 1_000_000 + 500_000,
                    attributes=[
                        KeyValue(key=key, value=_value(value))
                        for key, value in (
                            CALLS[number // len(TRACE) % len(CALLS)] if attributes is None else attributes
                        ).items()
                    ],
                )
            )
    return message.SerializeToString()


def decoded(body: bytes) -> list[Span]:
    """The spans of a request."""
    message = ExportTraceServiceRequest.FromString(body)
    return [
        Span(
            int.from_bytes(span.trace_id, "big"),
            int.from_bytes(span.span_id, "big"),
            int.from_bytes(span.parent_span_id, "big"),
            span.name,
            span.kind,
            span.start_time_unix_nano,
            span.end_time_unix_nano,
            {pair.key: _plain(pair.value) for pair in span.attributes},
        )
        for of_resource in message.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def measure(rounds: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Milliseconds of CPU, round by round: to parse and to translate; to parse and read out, and to translate.

    What is parsed stays in the decoder until it is asked for, so the first is what a program waits for that looks at
    nothing; the second what one waits for that wants to know what the spans say.
    """
    body = request()
    spans = decoded(body)
    calls = sum(entity.kind == "calls" for entity in foreign_to_native(spans))
    if calls != SPANS // len(TRACE):
        raise RuntimeError(f"{calls} calls of {SPANS // len(TRACE)} came through")
    parse, read = [], []
    # As `timeit` does: what collecting costs depends on what else there is.
    gc.disable()
    try:
        for _ in range(rounds):
            translating = _milliseconds(lambda: foreign_to_native(spans))
            parse.append((_milliseconds(lambda: ExportTraceServiceRequest.FromString(body)), translating))
            read.append((_milliseconds(lambda: decoded(body)), translating))
            gc.collect()
    finally:
        gc.enable()
    return parse, read


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    kept = act()
    took = time.process_time() - begun
    del kept
    return took * 1e3


def _value(value: Any) -> AnyValue:
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[_value(item) for item in value]))
    return AnyValue(string_value=value)


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    return getattr(value, kind or "string_value")


if __name__ == "__main__":
    for (parsing, translating), (reading, _) in zip(*measure(5), strict=True):
        print(f"parse {parsing:.0f} ms, parse and read {reading:.0f} ms, translate {translating:.0f} ms")

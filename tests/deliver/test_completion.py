"""Content that instrumentation keeps off its spans, through its completion hook: the real packages, and odd callers."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from tests.deliver.foreign import instrumented
from warpmetrics_otel import CompletionHook, WarpmetricsSpanProcessor
from warpmetrics_otel.beside import heard
from warpmetrics_otel.testing import ProviderServer

MODE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "of a city", "parameters": {"type": "object", "properties": {}}},
}


@pytest.fixture
def ask(monkeypatch):
    """Asks a model through the real client and its real instrumentation; gives the spans that were exported."""
    genai = pytest.importorskip("opentelemetry.instrumentation.genai.openai", reason="needs it for OpenAI")
    openai = pytest.importorskip("openai", reason="needs openai")

    def run(processor, *, mode=None, hook=True, **request):
        if mode is not None:
            monkeypatch.setenv(MODE, mode)
        instrumentor = genai.OpenAIInstrumentor()
        with ProviderServer() as server, instrumented(processor) as others:
            options = {"completion_hook": CompletionHook()} if hook else {}
            instrumentor.instrument(tracer_provider=others.provider, **options)
            try:
                client = openai.OpenAI(api_key="of nobody", base_url=server.openai_base_url)
                answer = client.chat.completions.create(
                    model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello"}], **request
                )
                if request.get("stream"):
                    list(answer)
            finally:
                instrumentor.uninstrument()

    return run


def processor(api, **options):
    return WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url, **options)


@pytest.mark.parametrize("mode", [None, "EVENT_ONLY", "SPAN_ONLY"])
@pytest.mark.parametrize("more", [{}, {"stream": True}], ids=["plain", "stream"])
def test_content_is_native_wherever_instrumentation_puts_it(api, ask, mode, more):
    ask(processor(api), mode=mode, **more)
    [call] = api.entities("calls")
    assert (call["messages"], call["response"]) == ([{"role": "user", "content": "Hello"}], "Hello")


def test_tools_that_were_offered_are_known(api, ask):
    ask(processor(api), tools=[WEATHER])
    assert api.entities("calls")[0]["tools"] == ["weather"]


@pytest.mark.parametrize(
    ("mode", "options", "hook"),
    [("NO_CONTENT", {}, True), (None, {"native_content": False}, True), (None, {}, False)],
    ids=["NO_CONTENT", "native_content", "no hook"],
)
def test_content_stays_where_it_is_when_told_so(api, ask, mode, options, hook, monkeypatch):
    if mode is not None:
        monkeypatch.setenv(MODE, mode)
    ask(processor(api, **options), mode=mode, hook=hook)
    [call] = api.entities("calls")
    assert (call["messages"], call.get("response")) == (None, None)
    assert call["tokens"]["total"] > 0


def test_nothing_is_kept_where_nobody_delivers(ask):
    provider = TracerProvider(shutdown_on_exit=False)
    with provider.get_tracer("x").start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}) as span:
        CompletionHook().on_completion(inputs=[{"role": "user"}], span=span)
    assert heard.take("wm_call_any") is None
    assert not heard.readers
    provider.shutdown()


def test_what_is_no_call_is_not_kept(api):
    hook = CompletionHook()
    with instrumented(processor(api)) as others, others.agent() as agent:
        hook.on_completion(inputs=[{"role": "user", "parts": []}], span=agent)
        hook.on_completion(inputs=[{"role": "user", "parts": []}])
        context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1))
        hook.on_completion(inputs=[{"role": "user", "parts": []}], span=NonRecordingSpan(context))
        others.call()
    [call] = api.entities("calls")
    assert call["messages"] is None


def test_the_hook_is_found_by_its_name(monkeypatch):
    completion_hook = pytest.importorskip("opentelemetry.util.genai.completion_hook", reason="needs util-genai")
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK", "warpmetrics")
    assert isinstance(CompletionHook(), completion_hook.CompletionHook)
    hook = completion_hook.load_completion_hook()
    hook.on_completion(inputs=[], outputs=[], system_instruction=[])

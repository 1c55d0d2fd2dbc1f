"""LangChain and the client that it calls, both instrumented: two spans for each request, neither above the other."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import openai
from langchain_openai import ChatOpenAI
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry import context
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.trace import Tracer
from recording import Recorder, record

MODEL = ChatOpenAI(model="gpt-5-mini", max_retries=0, stream_usage=True)


def _fail(_: object = None) -> None:
    with contextlib.suppress(openai.RateLimitError):
        MODEL.invoke("Ask too often.")


def answered(app: Tracer) -> None:
    """An answer, and one in pieces."""
    with app.start_as_current_span("answer question"):
        MODEL.invoke([("system", "Be brief."), ("user", "What is the capital of France?")])
        for _ in MODEL.stream("Count to five."):
            pass


def failed(app: Tracer) -> None:
    """The provider answers 429."""
    with app.start_as_current_span("answer question"):
        _fail()


def retried(app: Tracer) -> None:
    """LangChain asks once more, each time anew."""
    with app.start_as_current_span("answer question"), contextlib.suppress(openai.RateLimitError):
        MODEL.with_retry(stop_after_attempt=2, wait_exponential_jitter=False).invoke("Ask too often.")


def failed_at_once(app: Tracer) -> None:
    """The same is asked by two threads."""
    with app.start_as_current_span("answer question"), ThreadPoolExecutor(2) as threads:
        here = context.get_current()

        def fail_here(_: int) -> None:
            token = context.attach(here)
            _fail()
            context.detach(token)

        list(threads.map(fail_here, range(2)))


recorder = Recorder()
provider = recorder.provider()
LangChainInstrumentor().instrument(tracer_provider=provider)
OpenAIInstrumentor().instrument(tracer_provider=provider)
record(recorder, (answered, failed, retried, failed_at_once), provider.get_tracer("app"))

"""A service that looks up an article and has a model answer questions about it, traced as its owner set it up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from openai import AsyncOpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import warpmetrics_otel as wm

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
HTTPXClientInstrumentor().instrument()

ARTICLES = {"bees": "Bees tell each other by a dance where the flowers are."}

model = AsyncOpenAI()
wm.warp(model)


@wm.as_run("Answer")
async def answer(question: str, article: str) -> str | None:
    response = await model.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "system", "content": article}, {"role": "user", "content": question}],
    )
    return response.choices[0].message.content


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    provider.shutdown()


app = FastAPI(lifespan=lifespan)
FastAPIInstrumentor.instrument_app(app)


@app.get("/articles/{name}")
async def read(name: str) -> str:
    return ARTICLES[name]


@app.get("/ask/{name}")
async def ask(name: str, question: str, request: Request) -> str | None:
    async with httpx.AsyncClient(base_url=str(request.base_url)) as http:
        article = await http.get(f"/articles/{name}")
    return await answer(question, article.json())

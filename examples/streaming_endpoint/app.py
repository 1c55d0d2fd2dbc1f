"""An endpoint that streams what a model answers: one run a request, whether its reader stays to the end or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI

import warpmetrics_otel as wm

model = wm.warp(AsyncOpenAI())


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    # A server that is stopped by a signal runs no exit hooks, so what is still queued is sent here.
    wm.shutdown()


app = FastAPI(lifespan=lifespan)


@app.get("/answer")
async def endpoint(question: str) -> StreamingResponse:
    return StreamingResponse(answer(question), media_type="text/plain")


@wm.as_run("Answer")
async def answer(question: str) -> AsyncIterator[str]:
    run = wm.current_run()
    try:
        words = await search_words(question)
        stream = await model.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "system", "content": f"Known of: {words}"}, {"role": "user", "content": question}],
            stream=True,
            stream_options={"include_usage": True},
        )
        async with stream:
            async for chunk in stream:
                if chunk.choices:
                    yield chunk.choices[0].delta.content or ""
    except (asyncio.CancelledError, GeneratorExit):
        # The reader has left.
        wm.outcome(run, "Abandoned")
        raise
    wm.outcome(run, "Completed")


async def search_words(question: str) -> str | None:
    with wm.group(wm.current_run(), "Search words", {"question": question}):
        response = await model.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": f"Words to search for: {question}"}],
        )
    return response.choices[0].message.content

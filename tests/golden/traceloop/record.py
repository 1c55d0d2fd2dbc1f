"""Traceloop's SDK: OpenLLMetry's instrumentation beneath its decorators. Content is on the spans, as it is unasked."""

import openai
from of_openai import MODEL
from recording import WEATHER, Recorder, record
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, task, tool, workflow
from traceloop.sdk.instruments import Instruments

_TOOL = {"name": WEATHER.name, "description": WEATHER.description, "parameters": WEATHER.parameters}


def decorated(client: openai.OpenAI) -> None:
    """A workflow of a task and an agent, which asks twice and uses a tool between."""

    def ask(messages, **options):
        return client.chat.completions.create(model=MODEL, messages=messages, **options).choices[0].message

    @task(name="slogan")
    def slogan():
        return ask([{"role": "user", "content": "Draft a slogan for rain."}]).content

    @tool(name="get_weather")
    def get_weather(city):
        return WEATHER.says

    @agent(name="forecaster")
    def forecaster(question):
        messages = [{"role": "user", "content": question}]
        asked = ask(messages, tools=[{"type": "function", "function": _TOOL}])
        messages.append(asked.model_dump(exclude_none=True, include={"role", "tool_calls"}))
        result = get_weather("Paris")
        messages.append({"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": result})
        return ask(messages).content

    @workflow(name="leaflet")
    def leaflet():
        return f"{slogan()} {forecaster('What is the weather in Paris?')}"

    Traceloop.set_association_properties({"user_id": "ada"})
    leaflet()


def unanswered(client: openai.OpenAI) -> None:
    """A workflow that fails because its only call does."""

    @workflow(name="hurry")
    def hurry():
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Ask too often."}])

    try:
        hurry()
    except openai.RateLimitError:
        return


recorder = Recorder()
Traceloop.init(app_name="golden", processor=recorder, instruments={Instruments.OPENAI}, telemetry_enabled=False)
record(recorder, (decorated, unanswered), openai.OpenAI(max_retries=0))

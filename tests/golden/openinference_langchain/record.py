"""LangChain and LangGraph through OpenInference's instrumentation, with content, as it is unasked."""

import contextlib
from typing import TypedDict

import openai
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from openinference.instrumentation.langchain import LangChainInstrumentor
from recording import WEATHER, Recorder, record

MODEL = ChatOpenAI(model="gpt-5-mini", max_retries=0, stream_usage=True)


class Slogan(TypedDict):
    """What the nodes of the graph pass on."""

    about: str
    draft: str
    verdict: str


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return WEATHER.says


def chat() -> None:
    """A model alone."""
    MODEL.invoke([("system", "Be brief."), ("user", "What is the capital of France?")])


def stream() -> None:
    """An answer in pieces."""
    for _ in MODEL.stream("Count to five."):
        pass


def chain() -> None:
    """A prompt, a model and a parser, one after the other."""
    (ChatPromptTemplate.from_messages([("user", "Draft a slogan for {about}.")]) | MODEL | StrOutputParser()).invoke(
        {"about": "rain"}
    )


def graph() -> None:
    """Two nodes of a graph, each with a call."""

    def draft(state):
        return {"draft": MODEL.invoke(f"Draft a slogan for {state['about']}.").content}

    def review(state):
        return {"verdict": MODEL.invoke(f"Review: {state['draft']}").content}

    slogans = StateGraph(Slogan)
    slogans.add_node("draft", draft)
    slogans.add_node("review", review)
    slogans.add_edge(START, "draft")
    slogans.add_edge("draft", "review")
    slogans.add_edge("review", END)
    slogans.compile(name="slogans").invoke({"about": "rain"})


def agent() -> None:
    """A graph that asks, uses a tool and asks again."""
    model = MODEL.bind_tools([get_weather])
    forecaster = StateGraph(MessagesState)
    forecaster.add_node("ask", lambda state: {"messages": [model.invoke(state["messages"])]})
    forecaster.add_node("tools", ToolNode([get_weather]))
    forecaster.add_edge(START, "ask")
    forecaster.add_conditional_edges("ask", tools_condition)
    forecaster.add_edge("tools", "ask")
    forecaster.compile(name="forecaster").invoke({"messages": [("user", "What is the weather in Paris?")]})


def cached() -> None:
    """Most of the prompt comes from the provider's cache."""
    MODEL.invoke("Summarise the contract.")


def reasoning() -> None:
    """Part of the answer is thought, not said."""
    MODEL.invoke("How many primes are below ten?")


def rate_limited() -> None:
    """The provider answers 429."""
    with contextlib.suppress(openai.RateLimitError):
        MODEL.invoke("Ask too often.")


recorder = Recorder()
LangChainInstrumentor().instrument(tracer_provider=recorder.provider())
record(recorder, (chat, stream, chain, graph, agent, cached, reasoning, rate_limited))

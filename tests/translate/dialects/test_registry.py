"""Which convention a span speaks, and users' own."""

import logging
import sys

import pytest

import warpmetrics_otel as wm
from tests.translate.spans import CHAT, native, only_call, span
from warpmetrics_otel.translate.dialects import kind_of, may_hold_llm, registry
from warpmetrics_otel.translate.dialects.registry import BUILT_IN

HOUSE = {"acme.llm": "chat", "acme.model": "acme-1", "acme.text": "hello"}


@pytest.fixture(autouse=True)
def _restored():
    yield
    registry.restore()


def house(**fields):
    given = {
        "name": "acme",
        "evidence": {"acme.llm"},
        "kind": lambda _name, attributes, _scope: "call" if attributes["acme.llm"] == "chat" else None,
        "call": lambda one: wm.CallFacts("acme", one.attributes["acme.model"], response=one.attributes["acme.text"]),
    }
    return wm.Dialect(**given | fields)


@pytest.mark.parametrize(
    ("attributes", "scope", "name"),
    [
        ({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"}, "", "gen_ai"),
        ({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"}, "gen_ai", "vercel"),
        ({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"}, "", "gen_ai.system"),
        ({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"}, "logfire.openai", "logfire"),
        ({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"}, "pydantic-ai", "logfire"),
        ({"gen_ai.system": "openai", "llm.request.type": "chat"}, "", "openllmetry_indexed"),
        (
            {"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.prompt.0.role": "user"},
            "",
            "openllmetry_indexed",
        ),
        ({"gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat", "llm.request.type": "chat"}, "", "gen_ai"),
        ({"gen_ai.operation.name": "llm_request"}, "", "openllmetry"),
        ({"traceloop.span.kind": "task", "gen_ai.operation.name": "chat"}, "", "openllmetry"),
        ({"openinference.span.kind": "LLM", "gen_ai.operation.name": "chat"}, "", "openinference"),
        ({"langfuse.observation.type": "generation", "gen_ai.operation.name": "chat"}, "", "langfuse"),
        (
            {"ai.operationId": "ai.generateText", "gen_ai.system": "openai", "gen_ai.operation.name": "chat"},
            "ai",
            "vercel_ai",
        ),
    ],
)
def test_the_convention_is_told_by_what_is_on_the_span(attributes, scope, name):
    assert registry.find(attributes, scope).name == name


@pytest.mark.parametrize(
    "attributes", [{}, {"http.request.method": "GET"}, {"langfuse.trace.name": "x", "session.id": "s"}]
)
def test_a_span_about_no_model_speaks_none(attributes):
    assert registry.find(attributes, "ai") is None
    assert not may_hold_llm(attributes)
    assert kind_of("chat gpt-5", attributes) is None


def test_what_is_ours_may_be_told_by_the_same_question():
    assert may_hold_llm({"warpmetrics.entity.type": "run"})


def test_a_convention_of_the_users_own():
    request = span("acme", HOUSE)
    assert native(request)["calls"] == []
    wm.register_dialect(house())
    call = only_call(request)
    assert (call["provider"], call["model"], call["response"]) == ("acme", "acme-1", "hello")
    assert kind_of("acme", {"acme.llm": "search"}) is None


def test_it_is_asked_before_the_built_in_ones_and_only_about_its_evidence():
    wm.register_dialect(house(claims=lambda _attributes, scope: scope == "acme"))
    assert registry.find(CHAT | HOUSE, "acme").name == "acme"
    assert registry.find(CHAT | HOUSE, "other").name == "gen_ai"
    assert registry.find(CHAT, "acme").name == "gen_ai"


def test_one_of_the_same_name_is_replaced():
    wm.register_dialect(house())
    wm.register_dialect(house(call=lambda _one: wm.CallFacts(model="second")))
    assert only_call(span("acme", HOUSE))["model"] == "second"
    wm.register_dialect(house(name="gen_ai", evidence={"gen_ai.operation.name"}, kind=lambda *_: None))
    assert native(span())["calls"] == []


def boom(*_):
    raise RuntimeError("boom")


@pytest.mark.parametrize("function", ["kind", "call", "claims"])
def test_what_raises_costs_itself_and_is_told_once(function, caplog):
    wm.register_dialect(house(**{function: boom}))
    with caplog.at_level(logging.ERROR, "warpmetrics_otel"):
        rows = native(span(), span("acme", HOUSE), span("acme", HOUSE))
    assert [call["provider"] for call in rows["calls"]] == ["openai", *(["unknown"] * 2 if function == "call" else [])]
    assert [record.getMessage() for record in caplog.records] == [
        "the dialect acme raised; what it raises on is read without it"
    ]


@pytest.mark.parametrize("evidence", ["acme.llm", [], ()])
def test_without_attributes_to_know_it_by_it_is_refused(evidence):
    with pytest.raises(ValueError, match="name its attributes"):
        wm.register_dialect(house(evidence=evidence))


@pytest.mark.parametrize("dialect", BUILT_IN, ids=[dialect.name for dialect in BUILT_IN])
def test_each_convention_says_in_its_file_which_versions_it_covers_and_what_it_is_known_by(dialect):
    # What a call says is read by one function for several of them.
    page = sys.modules[dialect.kind.__module__].__doc__
    rows = dict(
        line.strip("| ").split(" | ", 1) for line in page.splitlines() if line.startswith("| ") and line != "| | |"
    )
    assert {"covers", "known by", "kind", "tokens"} <= rows.keys()

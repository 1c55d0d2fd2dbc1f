"""What recording really writes is defined: every attribute, event and link of a scenario that uses all there is."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan
from registry import Registry, defined_attributes, defined_events

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import semconv

TYPES = {"string": str, "int": int, "double": (int, float), "boolean": bool, "any": object}


class BrokenError(Exception):
    pass


def record_everything(memory: Memory) -> None:
    wm = memory.wm
    opts = {"pr": 42, "ok": True, "ratio": 0.5, "tags": ["a"], "nested": {"a": 1}}
    with memory.provider.get_tracer("app").start_as_current_span("request"):
        run = wm.run("review", opts, conversation_id="thread", user_id="ada")
    joined = wm.run("joined", parent=run.span)
    group = wm.group(run, "x" * 200, opts)
    call = wm.record_call(
        group,
        provider="google",
        model="m",
        messages=[{"role": "user", "content": "Hi"}],
        response="Hello",
        response_model="m-1",
        response_id="r-1",
        finish_reasons=["stop"],
        tools=["search"],
        tool_calls=[{"id": "1", "name": "search", "arguments": "{}"}],
        tokens={"prompt": 3, "completion": 2, "total": 5, "cacheRead": 1, "cacheWrite": 1},
        cost=0.01,
        duration_ms=5,
        opts=opts,
    )
    wm.record_call(group, provider="google", model="m", error=BrokenError("no"), tokens={"prompt": 1, "cachedInput": 1})
    with wm.start_call(run, provider="google", model="m", operation="generate_content") as live:
        wm.outcome(live.call, "Failed")
    wm.outcome(call, "Graded", {"score": 0.5, "metric": "relevance", "reason": "half"})
    wm.outcome(group, None, opts)
    outcome = wm.outcome(run, "Failed", opts)
    act = wm.act(outcome, 7, opts)
    again = wm.run(act, "", opts)
    with pytest.raises(BrokenError), again:
        raise BrokenError
    wm.outcome(joined, "Completed")
    joined.end()
    wm.act(wm.outcome(joined, "Late"), "celebrate")
    wm.act(wm.outcome("wm_grp_01jd3v9k7m2p4q6r8s0t1v3w5x", "Late"), "celebrate")
    wm.flush(end_open=True)


@pytest.fixture
def logs() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()


@pytest.fixture
def spans(logs: InMemoryLogRecordExporter) -> Iterator[list[ReadableSpan]]:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(logs))
    with remembered(span_content=True, events="both", logger_provider=provider) as memory:
        record_everything(memory)
        yield memory.spans
    provider.shutdown()


def ours(spans: list[ReadableSpan]) -> list[ReadableSpan]:
    """Without the span of the application that a run was started in."""
    return [span for span in spans if span.name != "request"]


@cache
def _defined() -> dict[str, str]:
    return defined_attributes()


def undefined(values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that are not defined, or of another type than they are defined with."""
    types = _defined()
    wrong = {}
    for key, value in values.items():
        prefix = next((name for name in types if name.endswith(".") and key.startswith(name)), None)
        kind = types.get(key) or types.get(prefix or "")
        items = value if isinstance(value, tuple) else (value,)
        expected = TYPES.get((kind or "").removesuffix("[]"))
        listed = kind == "any" or isinstance(value, tuple) == str(kind).endswith("[]")
        if expected is None or not listed or not all(isinstance(item, expected) for item in items):
            wrong[key] = (kind, value)
    return wrong


def test_every_attribute_is_defined_with_its_type(spans: list[ReadableSpan], logs: InMemoryLogRecordExporter) -> None:
    things = chain(ours(spans), *(span.events for span in spans), *(span.links for span in spans))
    assert [wrong for thing in things if (wrong := undefined(attributes(thing)))] == []
    assert [wrong for item in logs.get_finished_logs() if (wrong := undefined(item.log_record.attributes))] == []


def test_every_span_uses_only_what_its_definition_lists(spans: list[ReadableSpan]) -> None:
    listed = {span.name.rpartition(".")[2]: {use.attribute.key: use for use in span.uses} for span in Registry().spans}
    seen = set()
    for span in ours(spans):
        kind = attributes(span)[semconv.WARPMETRICS_ENTITY_TYPE]
        seen.add(kind)
        bare = {key for key in attributes(span) if not key.startswith(semconv.WARPMETRICS_OPTS_PREFIX)}
        assert bare - listed[kind].keys() == set(), span.name
        required = {key for key, use in listed[kind].items() if use.level == "required"}
        assert required - bare == set(), span.name
    assert seen == {"run", "group", "call", "carrier"}


def test_every_event_is_defined_and_uses_only_what_its_definition_lists(
    spans: list[ReadableSpan], logs: InMemoryLogRecordExporter
) -> None:
    defined = defined_events()
    seen = [(event.name, attributes(event)) for span in spans for event in span.events]
    seen += [(item.log_record.event_name, dict(item.log_record.attributes)) for item in logs.get_finished_logs()]
    for name, values in seen:
        assert name in defined
        if defined[name]:
            assert values.keys() <= defined[name]
    assert {name for name, _ in seen} == {
        semconv.EVENT_OUTCOME,
        semconv.EVENT_ACT,
        semconv.EVENT_EXCEPTION,
        semconv.EVENT_EVALUATION_RESULT,
    }


def test_every_link_uses_only_what_its_definition_lists(spans: list[ReadableSpan]) -> None:
    listed = {link.name: {use.attribute.key for use in link.uses} for link in Registry().links}
    seen = set()
    for link in chain.from_iterable(span.links for span in spans):
        kind = attributes(link)[semconv.WARPMETRICS_LINK_TYPE]
        seen.add(kind)
        assert attributes(link).keys() <= listed[kind], kind
    assert seen == {
        semconv.LINK_TYPE_CALLER,
        semconv.LINK_TYPE_RUN,
        semconv.LINK_TYPE_FOLLOW_UP,
        semconv.LINK_TYPE_FOLLOWED_BY,
        semconv.LINK_TYPE_TARGET,
    }

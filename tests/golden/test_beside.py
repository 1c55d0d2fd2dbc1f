"""Several instrumentations at once: one request counts once, whatever is above, beneath and beside it.

And what holds of every recording, however its spans arrive.
"""

import pytest

from tests.golden.expected import (
    CHAT,
    FORECAST,
    GPT_DATED,
    RATE_LIMITED,
    STREAM,
    WEATHER,
    Native,
    call_of,
    named,
    row,
    run_of,
)
from tests.golden.load import PACKAGES, golden, programs
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.testing.native_api.schema import complaints
from warpmetrics_otel.translate.call_rows import Content

ALL = [(package, program) for package in PACKAGES for program in programs(package)]


def test_two_instrumentations_on_one_request():
    spans = golden("beside", "openinference_in_genai")
    assert len(spans) == 4
    native = Native(spans)
    # The inner one is nearest to the request.
    chat, stream = named(spans, "ChatCompletion")
    assert native.calls == [row(CHAT, chat), row(STREAM, stream)]
    assert native.parents == {call["id"]: run_of(span) for call, span in zip(native.calls, (chat, stream), strict=True)}


def test_a_client_that_two_packages_wrap():
    spans = golden("beside", "openllmetry_and_langfuse")
    native = Native(spans)
    first, second = named(spans, "OpenAI-generation")
    assert native.calls == [row(WEATHER, first, model=GPT_DATED), row(FORECAST, second, model=GPT_DATED)]
    (run,) = native.runs
    assert run.label == "answer question"
    assert set(native.parents.values()) == {run.id}


@pytest.mark.parametrize(
    ("program", "asked"),
    [
        ("answered", [CHAT, STREAM]),
        ("failed", [RATE_LIMITED]),
        ("retried", [RATE_LIMITED] * 2),
        ("failed_at_once", [RATE_LIMITED] * 2),
    ],
)
def test_a_framework_beside_the_client_that_it_calls(program, asked):
    spans = golden("langchain_and_client", program)
    requests = named(spans, "chat gpt-5-mini")
    assert len(named(spans, "ChatOpenAI")) >= len(requests)
    native = Native(spans)
    said = [row(one, span) for one, span in zip(asked, requests, strict=True)]
    known = [{name: call[name] for name in expected} for call, expected in zip(native.calls, said, strict=True)]
    assert known == said
    assert [run.label for run in native.runs] == ["answer question"]


def test_the_requests_beneath_calls_are_nothing():
    spans = golden("beside", "over_http")
    assert len(named(spans, "POST")) == 2
    native = Native(spans)
    first, second = named(spans, "chat gpt-5-mini")
    assert native.calls == [row(WEATHER, first), row(FORECAST, second)]
    assert set(native.parents.values()) == {run_of(first)}
    assert len(native.entities) == 1 + 2 + 2


def test_a_call_in_another_service():
    asking, answering = golden("beside", "asking_service"), golden("beside", "answering_service")
    (chat,) = named(answering, "chat gpt-5-mini")
    # The service that asks has no call, and so no run, of its own.
    assert Native(asking).entities == []
    alone, together = Native(answering), Native(asking + answering)
    assert alone.calls == together.calls == [row(CHAT, chat)]
    assert alone.parents == together.parents == {alone.calls[0]["id"]: run_of(asking[0])}
    assert ([run.id for run in alone.runs], [run.id for run in together.runs]) == ([run_of(chat)], [run_of(chat)])
    # Where it began is known to who saw it.
    assert [run.label for run in alone.runs] == ["GET /capital"]
    assert [run.label for run in together.runs] == ["plan a journey"]


@pytest.mark.parametrize(("package", "program"), ALL)
def test_a_root_that_never_comes_leaves_the_calls_where_they_are(package, program):
    spans = golden(package, program)
    whole = Native(spans)
    calls = {call["id"] for call in whole.calls}
    # A root that is a call, or opens one, is no parent that could be missing.
    roots = [span for span in spans if not span.parent_span_id and call_of(span) not in calls]
    rest = Native([span for span in spans if span not in roots])
    assert rest.calls == whole.calls
    assert {call: rest.parents[call] for call in calls} == {call: whole.parents[call] for call in calls}
    assert [run.id for run in rest.runs] == [run.id for run in whole.runs]


@pytest.mark.parametrize(("package", "program"), ALL)
def test_what_is_beneath_a_group_of_ours_hangs_there(package, program):
    spans = golden(package, program)
    known = {span.span_id for span in spans}
    beneath = [span if span.parent_span_id in known else span._replace(parent_span_id=7) for span in spans]
    native = Native(beneath, above=lambda _trace, parent: "wm_grp_7" if parent == 7 else None)
    assert native.runs == []
    inferred = Native(spans).calls
    ids = {call["id"] for call in inferred}
    # Embeddings are no run of their own, but in one they count.
    assert [call for call in native.calls if call["id"] in ids] == inferred
    for entity in [*native.groups.values(), *(call["id"] for call in native.calls)]:
        above = entity
        while above in native.parents:
            above = native.parents[above]
        assert above == "wm_grp_7"


@pytest.mark.parametrize(("package", "program"), ALL)
def test_the_api_has_nothing_to_object_to(package, program):
    entities = Native(golden(package, program)).entities
    assert list(complaints(Batch(entities).to_json())) == []


@pytest.mark.parametrize(("package", "program"), ALL)
def test_without_inferred_runs_nothing_leaves(package, program):
    assert Native(golden(package, program), infer_runs=False).entities == []


def test_what_was_said_beside_a_span_is_its_call_s():
    (span,) = spans = golden("genai_openai", "without_content")
    said = Content(
        [{"role": "user", "content": "?"}], "!", ["look_up"], [{"id": "1", "name": "look_up", "arguments": "{}"}]
    )
    (call,) = Native(spans, content={call_of(span): said}.get).calls
    told = CHAT._replace(messages=said.messages, response=said.response, tools=said.tools, tool_calls=said.tool_calls)
    assert call == row(told, span)


@pytest.mark.parametrize(("package", "program"), ALL)
def test_the_order_in_which_spans_come_changes_nothing(package, program):
    spans = golden(package, program)
    forwards, backwards = Native(spans).entities, Native(spans[::-1]).entities
    assert sorted(map(repr, forwards)) == sorted(map(repr, backwards))


@pytest.mark.parametrize(("package", "program"), ALL)
def test_parents_come_before_their_children(package, program):
    known = set()
    for entity in Native(golden(package, program)).entities:
        if entity.kind == "links":
            assert entity.parent_id in known
        else:
            known.add(entity.id)


@pytest.mark.parametrize(("package", "program"), ALL)
def test_each_span_alone_has_the_ids_that_it_has_among_the_others(package, program):
    spans = golden(package, program)
    among = Native(spans)
    found = set()
    for span in spans:
        alone = Native([span], above=lambda trace, parent: f"wm_grp_{trace}_{parent}")
        found |= {entity.id for entity in alone.entities if entity.kind in {"calls", "groups"}}
    # What is nested in a call is known to be about the same request only beside that.
    assert found >= {call["id"] for call in among.calls} | set(among.groups.values())

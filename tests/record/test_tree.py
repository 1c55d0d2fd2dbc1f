"""What runs, groups and calls look like as spans: names, kinds, nesting and what identifies them."""

import pytest
from opentelemetry.trace import SpanKind

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import ids, semconv


def test_a_run_a_group_and_a_call(memory: Memory) -> None:
    with memory.wm.run("Code review") as run, memory.wm.group(run, "Drafting") as group:
        call = memory.wm.record_call(group, provider="google", model="gemini", operation="generate_content")

    root, middle, leaf = (memory.of(handle) for handle in (run, group, call))
    assert (root.name, root.kind, root.parent) == ("invoke_workflow Code review", SpanKind.INTERNAL, None)
    assert (middle.name, middle.kind, middle.parent) == ("Drafting", SpanKind.INTERNAL, root.context)
    assert (leaf.name, leaf.kind, leaf.parent) == ("generate_content gemini", SpanKind.CLIENT, middle.context)
    assert attributes(root) == {
        semconv.GEN_AI_OPERATION_NAME: "invoke_workflow",
        semconv.GEN_AI_WORKFLOW_NAME: "Code review",
        semconv.WARPMETRICS_ENTITY_TYPE: "run",
        semconv.WARPMETRICS_RUN_ID: run.id,
    }
    assert attributes(middle) == {
        semconv.GEN_AI_WORKFLOW_NAME: "Code review",
        semconv.WARPMETRICS_PARENT_ID: run.id,
        semconv.WARPMETRICS_ENTITY_TYPE: "group",
        semconv.WARPMETRICS_GROUP_ID: group.id,
    }
    assert attributes(leaf) == {
        semconv.GEN_AI_OPERATION_NAME: "generate_content",
        semconv.GEN_AI_PROVIDER_NAME: "google",
        semconv.GEN_AI_REQUEST_MODEL: "gemini",
        semconv.WARPMETRICS_PARENT_ID: group.id,
        semconv.WARPMETRICS_ENTITY_TYPE: "call",
        semconv.WARPMETRICS_CALL_ID: call.id,
    }


def test_the_scope_says_who_recorded_it(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()

    scope = memory.of(run).instrumentation_scope
    assert scope.name == "warpmetrics_otel"
    assert scope.version
    assert scope.schema_url == semconv.SCHEMA_URL


def test_span_names_are_cut_and_labels_are_not(memory: Memory) -> None:
    label = "x" * 200
    with memory.wm.run(label) as run, memory.wm.group(run, label) as group:
        pass

    assert memory.of(run).name == "invoke_workflow " + "x" * 128
    assert attributes(memory.of(run))[semconv.GEN_AI_WORKFLOW_NAME] == label
    assert memory.of(group).name == "x" * 128
    assert attributes(memory.of(group))[semconv.WARPMETRICS_NATIVE] == f'{{"label":"{label}"}}'


def test_a_call_recorded_afterwards_has_its_real_times(memory: Memory) -> None:
    run = memory.wm.run("review")
    call = memory.wm.record_call(
        run,
        provider="google",
        model="m",
        started_at="2026-05-01T10:00:00Z",
        ended_at="2026-05-01T10:00:00.230Z",
    )
    span = memory.of(call)

    assert span.start_time == 1_777_629_600 * 10**9
    assert span.end_time - span.start_time == 230 * 10**6


def test_search_copies_of_opts(memory: Memory) -> None:
    opts = {"pr": 42, "draft": True, "files": ["a", "b"], "author": {"name": "Ada"}, "none": None}
    run = memory.wm.run("review", opts)
    run.end()

    values = attributes(memory.of(run))
    prefix = semconv.WARPMETRICS_OPTS_PREFIX
    assert {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)} == {
        "pr": 42,
        "draft": True,
        "files": ("a", "b"),
    }


def test_no_search_copies_when_switched_off() -> None:
    with remembered(search_opts=0) as memory:
        run = memory.wm.run("review", {"pr": 42})
        run.end()
        values = attributes(memory.of(run))
    assert values[semconv.WARPMETRICS_OPTS] == '{"pr":42}'
    assert not any(key.startswith(semconv.WARPMETRICS_OPTS_PREFIX) for key in values)


def test_handles_are_frozen_and_hashable_and_know_their_span(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    outcome = memory.wm.outcome(group, "Failed")
    act = memory.wm.act(outcome, "retry")
    for handle in (run, group, outcome, act):
        assert memory.wm.ref(handle) == handle.id
        assert memory.wm.ref(handle, portable=True) == handle.ref
        assert handle.id in repr(handle)
        assert handle.trace_id == run.trace_id
        assert {handle: 1}[handle] == 1
        with pytest.raises(AttributeError, match="frozen"):
            handle.id = "other"
        with pytest.raises(AttributeError, match="frozen"):
            del handle.id
    assert run.span.is_recording()
    run.end()
    assert not run.span.is_recording()
    assert run.span.get_span_context().span_id == ids.span_id_of(run.id)

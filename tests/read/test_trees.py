"""Groups and calls find the run or group that they belong to, also with holes and nonsense above them."""

import json

import pytest

from tests.read.agent_spans import act, native, outcome
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import assemble, read_spans

pytestmark = pytest.mark.otlp_file

RUN, GROUP = native("run", 1), native("grp", 1)
TRACE = ids.trace_id_of(RUN)


def only_run(span_file):
    chains = assemble(read_spans(span_file.path))
    assert chains.unattached == []
    (chain,) = chains.chains
    (run,) = chain.runs
    return run


def outline(entity):
    """The labels of what stands under an entity."""
    return [
        (child.label, outline(child)) if getattr(child, "children", None) else child.label for child in entity.children
    ]


def test_groups_nest_and_children_come_in_the_order_of_time(span_file):
    span_file.run(1, "Writer")
    span_file.call(2, native("grp", 2), RUN, model="second", start=3)
    span_file.call(1, native("grp", 2), RUN, model="first", start=2)
    span_file.group(2, "Inner", GROUP, RUN, start=1)
    span_file.group(1, "Outer", RUN, RUN, start=1)

    assert outline(only_run(span_file)) == [("Outer", [("Inner", ["chat first", "chat second"])])]


def test_a_call_beneath_foreign_spans_hangs_on_the_nearest_entity_above(span_file):
    span_file.run(1, "Writer")
    span_file.group(1, "Draft", RUN, RUN)
    span_file.span("http", TRACE, 101, parent=ids.span_id_of(GROUP))
    span_file.span("retry wrapper", TRACE, 102, parent=101)
    span_file.call(1, None, RUN, span_parent=102)

    assert outline(only_run(span_file)) == [("Draft", ["chat gpt-4o"])]


def test_a_call_beneath_a_call_stands_beside_it(span_file):
    span_file.run(1, "Writer")
    span_file.call(1, RUN, RUN, model="outer")
    span_file.call(2, None, RUN, model="inner", span_parent=ids.span_id_of(native("call", 1)))

    assert outline(only_run(span_file)) == ["chat outer", "chat inner"]


def test_an_outcome_on_a_foreign_span_is_about_the_nearest_entity_above(span_file):
    span_file.run(1, "Writer")
    span_file.call(1, RUN, RUN)
    span_file.span("http", TRACE, 101, parent=ids.span_id_of(native("call", 1)), events=[outcome(1, "Slow")])

    (call,) = only_run(span_file).children
    assert [each.name for each in call.outcomes] == ["Slow"]


def test_a_run_that_is_still_open_is_taken_down_with_the_label_its_groups_repeat(span_file):
    span_file.group(1, "Draft", RUN, RUN, workflow="Writer", events=[outcome(1, "Thin"), act(1, "redo", 1)])
    span_file.call(1, GROUP, RUN)

    run = only_run(span_file)

    assert (run.id, run.label, run.missing) == (RUN, "Writer", True)
    assert outline(run) == [("Draft", ["chat gpt-4o"])]


def test_a_call_whose_group_is_still_open_hangs_on_the_run_of_its_trace(span_file):
    span_file.run(1, "Writer")
    span_file.call(1, GROUP, RUN)

    assert outline(only_run(span_file)) == ["chat gpt-4o"]


def test_open_runs_that_share_a_trace_keep_what_names_them(span_file):
    for number in (1, 2):
        attributes = {
            semconv.WARPMETRICS_ENTITY_TYPE: semconv.ENTITY_TYPE_GROUP,
            semconv.WARPMETRICS_PARENT_ID: native("run", number),
            semconv.WARPMETRICS_GROUP_ID: native("grp", number),
        }
        span_file.span(f"Draft {number}", 0xABC, number, parent=99, attributes=attributes, start=number)

    chains = assemble(read_spans(span_file.path)).chains

    assert {chain.id: outline(chain.runs[0]) for chain in chains} == {
        native("run", 1): ["Draft 1"],
        native("run", 2): ["Draft 2"],
    }


def test_a_lone_call_belongs_to_the_run_that_its_trace_is(span_file):
    span_file.call(1, GROUP, RUN)

    run = only_run(span_file)

    assert (run.id, run.missing, outline(run)) == (RUN, True, ["chat gpt-4o"])


def test_of_several_runs_in_a_trace_the_one_running_then_is_meant(span_file):
    for number, start in ((1, 0), (2, 10), (3, 20)):
        span_file.run(number, f"Part {number}", trace_id=0xABC, start=start, end=start + 5)
    span_file.span("mark", 0xABC, 101, start=12, events=[outcome(1, "Merged")])

    chains = assemble(read_spans(span_file.path)).chains

    assert [[each.name for each in chain.runs[0].outcomes] for chain in chains] == [[], ["Merged"], []]


def test_spans_exported_twice_count_once_the_finished_one_first(span_file):
    for end in (1, 3, 2):
        events = [outcome(1, "Failed"), act(1, "retry", 1)]
        span_file.run(1, "Writer", end=end, events=events)
        span_file.call(1, RUN, RUN)
    name, attributes, at = outcome(1, "Failed")
    del attributes[semconv.WARPMETRICS_OUTCOME_ID]
    for _ in range(2):
        span_file.run(1, "Writer", end=3, events=[(name, attributes, at + 1)])

    run = only_run(span_file)

    assert run.duration_ns == 3 * 10**9
    assert outline(run) == ["chat gpt-4o"]
    assert [(each.id, [act.id for act in each.acts]) for each in run.outcomes] == [
        (native("oc", 1), [native("act", 1)]),
        ("", []),
    ]


def test_an_entity_in_two_places_is_one(span_file):
    span_file.run(1, "Writer", end=1)
    span_file.run(1, "Writer", trace_id=0xABC, end=2)
    span_file.span("http", 0xABC, 101, parent=ids.span_id_of(RUN), events=[outcome(1, "Done")])

    assert [each.name for each in only_run(span_file).outcomes] == ["Done"]


def test_groups_in_a_circle_are_cut_above_the_first(span_file):
    span_file.run(1, "Writer")
    for number, above in ((1, 3), (2, 1), (3, 2)):
        span_file.group(number, f"Group {number}", native("grp", above), RUN, start=number)
    span_file.group(4, "Own parent", native("grp", 4), RUN, start=4)

    assert outline(only_run(span_file)) == [("Group 1", [("Group 2", ["Group 3"])]), "Own parent"]


def test_spans_in_a_circle_end(span_file):
    span_file.run(1, "Writer")
    span_file.span("a", TRACE, 101, parent=102)
    span_file.span("b", TRACE, 102, parent=101)
    span_file.call(1, None, RUN, span_parent=102)
    span_file.call(2, None, RUN, span_parent=ids.span_id_of(native("call", 2)))

    assert outline(only_run(span_file)) == ["chat gpt-4o", "chat gpt-4o"]


def test_a_label_comes_from_the_attribute_the_span_or_the_native_fields(span_file):
    span_file.run(1, "x" * 10)
    span_file.span("invoke_workflow Named", 0xA, 1, attributes={semconv.WARPMETRICS_ENTITY_TYPE: "run"}, start=2)
    exact = {semconv.WARPMETRICS_NATIVE: json.dumps({"label": "a\ud800b"})}
    span_file.run(3, "a?b", attributes=exact, start=3)
    span_file.run(4, "kept", attributes={semconv.WARPMETRICS_NATIVE: '{"label": '}, start=4)

    chains = assemble(read_spans(span_file.path)).chains

    assert [chain.runs[0].label for chain in chains] == ["x" * 10, "Named", "a\ud800b", "kept"]
    assert chains[1].runs[0].id == ids.run_id_of_trace(0xA)


def test_opts_that_were_cut_say_so_and_keep_their_searchable_copies(span_file):
    whole = {"pr": 42, "files": ["a", "b"]}
    cut = json.dumps(whole)[:-5]
    span_file.run(1, "Writer", opts=whole)
    copies = {semconv.WARPMETRICS_OPTS_PREFIX + key: value for key, value in whole.items()}
    span_file.run(2, "Writer", opts=cut, attributes=copies, start=2)
    span_file.run(3, "Writer", opts=cut, start=3)
    span_file.run(4, "Writer", start=4)

    runs = [chain.runs[0] for chain in assemble(read_spans(span_file.path)).chains]

    saved = {"pr": 42, "files": ["a"]}
    assert cut.endswith('["a", ')
    assert [tuple(run.opts) for run in runs] == [(whole, False), (whole, True), (saved, True), (None, False)]


def test_a_call_tells_its_model_tokens_cost_and_error(span_file):
    attributes = {
        semconv.GEN_AI_RESPONSE_MODEL: "gpt-4o-2024",
        semconv.GEN_AI_USAGE_COST: 0.25,
        semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 3,
        semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: 4,
        semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: 5,
        semconv.ERROR_TYPE: "openai.RateLimitError",
    }
    span_file.run(1, "Writer")
    span_file.call(1, RUN, RUN, attributes=attributes, error="")
    span_file.call(2, RUN, RUN, attributes={semconv.GEN_AI_USAGE_INPUT_TOKENS: "many"}, start=2, error="429")
    span_file.call(3, RUN, RUN, attributes={semconv.GEN_AI_USAGE_COST: float("nan")}, start=3)

    full, junk, fine = only_run(span_file).children

    assert (full.model, full.cost, full.input_tokens, full.output_tokens) == ("gpt-4o-2024", 0.25, 10, 20)
    assert (full.cache_read_tokens, full.cache_write_tokens, full.reasoning_tokens) == (3, 4, 5)
    assert (full.failed, full.error) == (True, "openai.RateLimitError")
    assert (junk.model, junk.input_tokens, junk.error) == ("gpt-4o", None, "429")
    assert (fine.cost, fine.failed, fine.error) == (None, False, None)

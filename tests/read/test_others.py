"""LLM spans of other instrumentation are in the chain as the bridge tells them: same ids, same tree, own times."""

import random

import pytest

import warpmetrics_otel as wm
from tests.golden.load import HERE, PACKAGES, golden, programs
from tests.read.agent_spans import native
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Call, Group, Link, Outcome, Run
from warpmetrics_otel.read import assemble, model, read_spans
from warpmetrics_otel.translate.dialects import registry
from warpmetrics_otel.translate.foreign_traces import foreign_to_native

RECORDINGS = [(package, program) for package in PACKAGES for program in programs(package)]
RUN, GROUP = native("run", 1), native("grp", 1)
TRACE = ids.trace_id_of(RUN)
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 4,
}


def spans_of(package, program):
    def malformed(what):
        raise AssertionError(f"{what}: a golden file is whole")

    return list(read_spans(HERE / package / f"{program}.jsonl", on_malformed=malformed))


def runs_of(spans):
    assembled = assemble(spans)
    assert assembled.unattached == []
    return [run for chain in assembled.chains for run in chain.runs]


def outline(spans):
    return {(run.id, each.id, each.parent and each.parent.id) for run in runs_of(spans) for each in run.entities()}


def tokens_read(call):
    return call.input_tokens, call.output_tokens


def tokens_told(row):
    counted = row.tokens if isinstance(row.tokens, dict) else {}
    return counted.get("prompt"), counted.get("completion")


@pytest.mark.parametrize(("package", "program"), RECORDINGS)
def test_what_is_read_is_what_the_native_api_is_told(package, program):
    told = foreign_to_native(golden(package, program))
    runs = runs_of(spans_of(package, program))
    read = [entity for run in runs for entity in run.entities()]

    assert sorted(run.id for run in runs) == sorted(row.id for row in told if isinstance(row, Run))
    assert {(run.id, run.label) for run in runs} == {(row.id, row.label) for row in told if isinstance(row, Run)}
    assert {(each.parent.id, each.id) for each in read if each.parent} == {
        (row.parent_id, row.child_id) for row in told if isinstance(row, Link)
    }
    assert {(each.id, each.label) for each in read if isinstance(each, model.Group)} == {
        (row.id, row.label) for row in told if isinstance(row, Group)
    }
    assert {(each.id, each.provider, each.model, each.failed) for each in read if isinstance(each, model.Call)} == {
        (row.id, row.provider, row.model, row.status == "error") for row in told if isinstance(row, Call)
    }
    assert {(each.id, *tokens_read(each)) for each in read if isinstance(each, model.Call)} == {
        (row.id, *tokens_told(row)) for row in told if isinstance(row, Call)
    }
    assert {(outcome.id, each.id, outcome.name) for each in read for outcome in each.outcomes} == {
        (row.id, row.ref_id, row.name) for row in told if isinstance(row, Outcome)
    }


def test_times_are_the_spans_own():
    by_hand = spans_of("langfuse", "by_hand")
    (run,) = runs_of(by_hand)
    (call,) = run.calls

    root = next(span for span in by_hand if not span.parent_id)
    assert (run.span.start_ns, run.span.end_ns) == (root.start_ns, root.end_ns)
    assert (call.span.start_ns, call.span.end_ns) in {(span.start_ns, span.end_ns) for span in by_hand}


@pytest.mark.otlp_file
def test_calls_of_others_beneath_a_run_are_calls_of_it_and_the_rest_is_nothing(span_file):
    span_file.run(1, "Writer")
    span_file.group(1, "Draft", RUN, RUN)
    span_file.span("POST /answers", TRACE, 101, parent=ids.span_id_of(GROUP))
    span_file.span("chat gpt-5-mini", TRACE, 102, parent=101, attributes=CHAT)
    span_file.span("SELECT", TRACE, 103, parent=ids.span_id_of(GROUP), attributes={"db.system.name": "sqlite"})

    (run,) = runs_of(read_spans(span_file.path))

    (group,) = run.children
    (call,) = group.children
    assert (run.label, group.label, call.model) == ("Writer", "Draft", "gpt-5-mini")
    assert call.id == ids.derived(ids.CALL, TRACE, 102)
    assert tokens_read(call) == (20, 4)


@pytest.mark.otlp_file
def test_an_evaluation_on_a_span_of_others_is_an_outcome_of_what_it_stands_for(span_file):
    span_file.run(1, "Writer")
    scored = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5}
    evaluation = (semconv.EVENT_EVALUATION_RESULT, scored, 5)
    span_file.span("chat", TRACE, 102, parent=ids.span_id_of(RUN), attributes=CHAT, events=[evaluation])

    (run,) = runs_of(read_spans(span_file.path))

    (outcome,) = run.calls[0].outcomes
    assert (outcome.name, outcome.opts.value) == ("tone", {"metric": "tone", "score": 0.5})


@pytest.mark.otlp_file
def test_a_dialect_of_ones_own_is_read_back_too(span_file):
    kinds = {"completion": "call"}
    wm.register_dialect(
        wm.Dialect(
            "acme",
            evidence={"acme.kind"},
            kind=lambda name, attributes, scope: kinds.get(attributes["acme.kind"]),
            call=lambda span: wm.CallFacts(provider="acme", model=span.attributes.get("acme.model")),
        )
    )
    try:
        span_file.span("ask", 7, 1, attributes={"acme.kind": "completion", "acme.model": "roadrunner"})
        (run,) = runs_of(read_spans(span_file.path))
    finally:
        registry.restore()

    assert (run.label, [call.model for call in run.calls]) == ("ask", ["roadrunner"])


ODD = (
    None,
    b"\x00\xff",
    float("nan"),
    float("inf"),
    10**30,
    -1,
    "",
    "\ud800",
    [],
    {},
    [[{}]],
    {"a": None},
    True,
    "[",
    "{}",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_whatever_stands_in_attributes_the_chain_is_put_together(package):
    picked = random.Random(package)
    for program in programs(package):
        spans = spans_of(package, program)
        damaged = [
            span._replace(
                attributes={
                    key: picked.choice(ODD) if picked.random() < 0.3 else value
                    for key, value in span.attributes.items()
                },
                parent_id=picked.choice((span.parent_id, span.parent_id, "zz", spans[0].span_id)),
                end_ns=picked.choice((span.end_ns, span.end_ns, 0, 2**64 - 1)),
            )
            for span in spans
        ]
        assert outline(damaged) == outline(damaged[::-1])

"""The self-improving writer, read back: every join there is when nothing is missing."""

import pytest

from tests.read.agent_spans import START_NS, native, trace_hex
from warpmetrics_otel.read import Call, Group, assemble, read_spans, totals

pytestmark = pytest.mark.otlp_file


def test_three_attempts_are_one_chain_in_order(writer_file):
    chains = assemble(read_spans(writer_file))

    assert chains.unattached == []
    (chain,) = chains.chains
    assert chain.id == native("run", 1)
    assert [run.id for run in chain.runs] == [native("run", number) for number in (1, 2, 3)]
    assert [run.id for run in chain.roots] == [native("run", 1)]
    assert [run.position for run in chain.runs] == [None, 2, 3]
    assert {run.label for run in chain.runs} == {"Writer"}
    assert [run.opts.value for run in chain.runs] == [{"attempt": 1}, {"attempt": 2}, {"attempt": 3}]


def test_each_attempt_hangs_on_the_act_of_the_one_before(writer_file):
    (chain,) = assemble(read_spans(writer_file)).chains

    first, second, third = chain.runs
    for run, follow_up, score in ((first, second, 3), (second, third, 6)):
        (outcome,) = run.outcomes
        assert (outcome.name, outcome.classification, outcome.opts.value) == ("Below Threshold", None, {"score": score})
        (act,) = outcome.acts
        assert (act.name, act.opts.value) == ("retry", {"targetScore": 8, "actualScore": score})
        assert act.follow_ups == [follow_up]
    (outcome,) = third.outcomes
    assert (outcome.name, outcome.classification, outcome.acts) == ("Completed", "success", [])


def test_groups_and_calls_hang_where_they_were_made(writer_file):
    (chain,) = assemble(read_spans(writer_file)).chains

    for attempt, run in enumerate(chain.runs, start=1):
        assert run.span.trace_id == trace_hex(native("run", attempt))
        assert [child.label for child in run.children] == ["Generate", "Self-review"]
        for group in run.children:
            assert isinstance(group, Group)
            (call,) = group.children
            assert isinstance(call, Call)
            assert (call.model, call.provider, call.operation) == ("gpt-4o", "openai", "chat")
            assert (call.input_tokens, call.output_tokens) == (10, 20)
            assert call.duration_ns == 500_000_000
    assert chain.runs[0].span.start_ns == START_NS + 10 * 10**9


def test_totals_of_a_chain(writer_file):
    (chain,) = assemble(read_spans(writer_file)).chains

    spent = totals(chain.runs)

    assert (spent.runs, spent.calls, spent.failed_calls) == (3, 6, 0)
    assert (spent.input_tokens, spent.output_tokens, spent.cost) == (60, 120, None)
    assert spent.duration_ns == 24 * 10**9

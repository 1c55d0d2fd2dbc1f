"""Evaluations that name the answer that they are about, and no span."""

import pytest

from tests.translate.spans import CHAT, HTTP, START, agent, http, native, span
from warpmetrics_otel.bridge.whole_traces import WholeTraces
from warpmetrics_otel.entities import Outcome
from warpmetrics_otel.translate import answers
from warpmetrics_otel.translate.answers import Answered, Answers, answer_id
from warpmetrics_otel.translate.foreign import call_id
from warpmetrics_otel.translate.views import Event

ANSWERED = CHAT | {"gen_ai.response.id": "chatcmpl-1"}
CALL = Answered(1, 2, "wm_call_1")


def evaluation(answer="chatcmpl-1", name="tone", time_ns=START):
    said = {"gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": 1.0, "gen_ai.response.id": answer}
    return Event("gen_ai.evaluation.result", time_ns, {key: value for key, value in said.items() if value is not None})


def targets(rows):
    return {outcome["name"]: outcome["refId"] for outcome in rows["outcomes"]}


def judge(events, trace_id=0x77, **fields):
    """A span about no model, in a trace of its own."""
    return span("judge", HTTP, trace_id=trace_id, events=events, **fields)


class TestOfSpans:
    def test_it_is_of_the_call_with_that_answer_wherever_the_event_is(self):
        root = http()
        call = span(attributes=ANSWERED, parent=root)
        beside = judge([evaluation(name="beside")], root.trace_id)._replace(parent_span_id=root.span_id)
        rows = native(root, call, beside, judge([evaluation(name="elsewhere")]))
        assert targets(rows) == {"beside": call_id(call), "elsewhere": call_id(call)}

    def test_it_may_come_before_its_call(self):
        call = span(attributes=ANSWERED)
        assert targets(native(judge([evaluation()]), call)) == {"tone": call_id(call)}

    def test_on_a_call_it_is_of_that_whatever_it_names(self):
        other = span(attributes=ANSWERED)
        call = span(attributes=CHAT, parent=http(), events=[evaluation()])
        assert targets(native(other, call)) == {"tone": call_id(call)}

    def test_an_answer_that_is_not_known_leaves_it_where_it_is(self):
        root = http()
        node = agent("writer", root, events=[evaluation("chatcmpl-9")])
        rows = native(root, node, span(attributes=ANSWERED, parent=node), judge([evaluation("chatcmpl-9")]))
        assert [row["refId"] for row in rows["outcomes"]] == [row["id"] for row in rows["groups"]]

    def test_a_call_of_ours_is_known_by_its_answer_too(self):
        own = {
            "warpmetrics.entity.type": "call",
            "warpmetrics.call.id": "wm_call_1",
            "gen_ai.response.id": "chatcmpl-1",
        }
        assert targets(native(span(attributes=own), judge([evaluation()]))) == {"tone": "wm_call_1"}

    def test_without_inferring_runs_too(self):
        own = {
            "warpmetrics.entity.type": "call",
            "warpmetrics.call.id": "wm_call_1",
            "gen_ai.response.id": "chatcmpl-1",
        }
        rows = native(span(attributes=own), judge([evaluation()]), infer_runs=False)
        assert targets(rows) == {"tone": "wm_call_1"}

    def test_one_that_names_nothing_and_is_about_no_model_never_leaves(self):
        assert targets(native(span(attributes=ANSWERED), judge([evaluation(None)]))) == {}

    @pytest.mark.parametrize("first", ["call", "evaluation"])
    def test_in_a_file_it_finds_a_call_of_another_trace(self, first):
        call, beside = span(attributes=ANSWERED), judge([evaluation()])
        traces = WholeTraces()
        for one in (call, beside) if first == "call" else (beside, call):
            traces.add(one)
        told = [entity for entities in traces.rest() for entity in entities]
        assert [mark.ref_id for mark in told if isinstance(mark, Outcome)] == [call_id(call)]


class TestMemory:
    def test_answers_are_bounded(self, monkeypatch):
        monkeypatch.setattr(answers, "MOST_ANSWERS", 10)
        known = Answers()
        for number in range(20):
            known.told(str(number), CALL)
        assert known.evaluated(evaluation("9")) is None
        assert known.evaluated(evaluation("10")) is not None

    def test_evaluations_that_wait_are_bounded(self, monkeypatch):
        monkeypatch.setattr(answers, "MOST_EVALUATIONS", 10)
        known = Answers()
        for number in range(20):
            known.evaluated(evaluation(str(number)))
        assert known.told("9", CALL) == []
        assert [mark.ref_id for mark in known.told("10", CALL)] == [CALL.native_id]
        # What was told makes room.
        known.evaluated(evaluation("new"))
        assert len(known.told("11", CALL)) == 1

    def test_without_a_span_it_has_the_id_that_it_would_have_on_the_call(self):
        known = Answers()
        known.told("chatcmpl-1", CALL)
        alone = known.evaluated(evaluation())
        assert alone == known.evaluated(evaluation(), CALL.trace_id, CALL.span_id)
        assert alone != known.evaluated(evaluation(), 5, 6)

    def test_the_first_call_with_an_answer_keeps_it(self):
        known = Answers()
        known.told("chatcmpl-1", CALL)
        known.told("chatcmpl-1", Answered(1, 3, "wm_call_2"))
        assert known.evaluated(evaluation()).ref_id == CALL.native_id


@pytest.mark.parametrize(
    ("attributes", "answer"),
    [
        ({"gen_ai.response.id": "a"}, "a"),
        ({"ai.response.id": "b"}, "b"),
        ({"output.value": '{"id":"c","choices":[]}'}, "c"),
        ({"output.value": '{"messages":[{"id":"d"}]}'}, None),
        ({"output.value": '{"id":""}'}, None),
        ({"gen_ai.response.id": 5}, None),
        ({}, None),
    ],
)
def test_where_the_id_of_an_answer_stands(attributes, answer):
    assert answer_id(attributes) == answer

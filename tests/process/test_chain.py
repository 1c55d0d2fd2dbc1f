"""A chain and late outcomes over several processes, which know of each other only a string."""

import json
from pathlib import Path

import pytest

from tests.process.child import by_name, python, values, written
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.otlp_file

_ATTEMPT = """
    import json, sys
    import warpmetrics_otel as wm
    wm.configure(otlp_file=sys.argv[1])
    run = wm.run(sys.argv[2], follows=sys.argv[3] or None)
    act = wm.act(wm.outcome(run, "Failed; for good = 100%"), "ré;try=@1")
    print(json.dumps([run.id, act.ref, act.id]))
"""


def test_a_chain_over_three_processes_by_ref(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.jsonl" for number in (1, 2, 3)]
    ref, runs = "", []
    for number, file in enumerate(files, start=1):
        run_id, ref, _ = python(_ATTEMPT, str(file), f"attempt {number}", ref)
        assert len(ref) <= ids.MAX_REF_LENGTH
        runs.append(run_id)

    first, second, third = (values(written(file)[0]) for file in files)
    assert semconv.WARPMETRICS_CHAIN_ID not in first
    assert semconv.WARPMETRICS_CHAIN_POSITION not in first
    for number, (span, before) in enumerate(((second, runs[0]), (third, runs[1])), start=2):
        assert span[semconv.WARPMETRICS_CHAIN_ID] == runs[0]
        assert int(span[semconv.WARPMETRICS_CHAIN_POSITION]) == number
        assert span[semconv.WARPMETRICS_FOLLOWS_RUN_ID] == before
        assert span[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] == "ré;try=@1"
        assert span[semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME] == "Failed; for good = 100%"
    for before, after in ((files[0], files[1]), (files[1], files[2])):
        [link] = written(after)[0]["links"]
        assert (link["traceId"], link["spanId"]) == (written(before)[0]["traceId"], written(before)[0]["spanId"])
        assert values(link)[semconv.WARPMETRICS_LINK_TYPE] == semconv.LINK_TYPE_FOLLOW_UP


def test_a_follow_up_by_bare_id_names_the_act_and_nothing_it_cannot_know(tmp_path: Path) -> None:
    _, _, act_id = python(_ATTEMPT, str(tmp_path / "1.jsonl"), "first", "")
    said = python(
        """
        import json, logging, sys
        import warpmetrics_otel as wm
        class Said(logging.Handler):
            def emit(self, record):
                said.append(record.getMessage())
        said = []
        logging.getLogger("warpmetrics_otel").addHandler(Said())
        wm.configure(otlp_file=sys.argv[1])
        wm.run("again", follows=sys.argv[2]).end()
        print(json.dumps(said))
        """,
        str(tmp_path / "2.jsonl"),
        act_id,
    )
    [span] = written(tmp_path / "2.jsonl")
    assert values(span)[semconv.WARPMETRICS_ACT_ID] == act_id
    assert not span.get("links")
    assert semconv.WARPMETRICS_CHAIN_ID not in values(span)
    assert len(said) == 1
    assert ".ref" in said[0]


def test_a_late_outcome_by_the_plain_id_of_a_run_lands_in_its_trace(tmp_path: Path) -> None:
    run_id, _, _ = python(_ATTEMPT, str(tmp_path / "1.jsonl"), "first", "")
    outcome_id = python(
        """
        import json, sys
        import warpmetrics_otel as wm
        wm.configure(otlp_file=sys.argv[1])
        outcome = wm.outcome(sys.argv[2], "Merged", {"days": 3})
        wm.act(outcome.id, "celebrate")
        print(json.dumps(outcome.id))
        """,
        str(tmp_path / "2.jsonl"),
        run_id,
    )
    [root] = written(tmp_path / "1.jsonl")
    outcome, act = (by_name(written(tmp_path / "2.jsonl"))[name] for name in (semconv.EVENT_OUTCOME, semconv.EVENT_ACT))
    assert (outcome["traceId"], outcome["parentSpanId"]) == (root["traceId"], root["spanId"])
    assert outcome["spanId"] == f"{ids.span_id_of(outcome_id):016x}"
    assert outcome["startTimeUnixNano"] == outcome["endTimeUnixNano"]
    assert values(outcome["events"][0])[semconv.WARPMETRICS_OPTS] == '{"days":3}'
    assert (act["traceId"], act["parentSpanId"]) == (root["traceId"], outcome["spanId"])


def test_headers_carry_a_run_to_another_service(tmp_path: Path) -> None:
    headers = python(
        """
        import json, sys
        import warpmetrics_otel as wm
        wm.configure(otlp_file=sys.argv[1])
        headers = {"traceparent": "users own"}
        wm.inject(wm.group(wm.run("review"), "draft"), headers)
        print(json.dumps(headers))
        """,
        str(tmp_path / "1.jsonl"),
    )
    assert headers["traceparent"] == "users own"
    python(
        """
        import json, sys
        import warpmetrics_otel as wm
        wm.configure(otlp_file=sys.argv[1])
        with wm.use(wm.extract({name.title(): value for name, value in json.loads(sys.argv[2]).items()})):
            wm.group(wm.current(), "continued").end()
        """,
        str(tmp_path / "2.jsonl"),
        json.dumps(headers),
    )
    draft = by_name(written(tmp_path / "1.jsonl"))["draft"]
    [continued] = written(tmp_path / "2.jsonl")
    assert (continued["traceId"], continued["parentSpanId"]) == (draft["traceId"], draft["spanId"])

"""Programs recorded with our verbs give, field for field, the batches that the vendor's SDK sends for them."""

import json
import re
from pathlib import Path

import pytest

from tests.record.memory import remembered
from tests.translate.programs import PROGRAMS, answering, asking
from warpmetrics_otel import semconv
from warpmetrics_otel.entities import KINDS, Batch
from warpmetrics_otel.testing import NativeApi, ProviderServer
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.views import view

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "vendor_batches.json").read_text())
REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "native" / "vendor-batches.json"
ENTITY_IDS = (semconv.WARPMETRICS_RUN_ID, semconv.WARPMETRICS_GROUP_ID, semconv.WARPMETRICS_CALL_ID)
MARK_IDS = {
    semconv.EVENT_OUTCOME: semconv.WARPMETRICS_OUTCOME_ID,
    semconv.EVENT_ACT: semconv.WARPMETRICS_ACT_ID,
}
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def recorded():
    """Runs a program; its spans in the order in which they began, and the batch that has arrived natively."""

    def run(program):
        # The vendor's SDK estimates no cost.
        with NativeApi() as api, remembered(api_key=api.key, api_url=api.url, estimate_cost=False) as memory:
            with ProviderServer(answering()) as server:
                client, ask = asking(memory.wm, server)
                with client:
                    program(memory.wm, ask)
            assert memory.wm.flush(60, end_open=True).pending == 0
            api.check()
            spans = [view(span) for span in sorted(memory.spans, key=lambda span: span.start_time)]
            return spans, {kind: api.entities(kind) for kind in KINDS}

    return run


def contents_in(arrays):
    """What was told of each call's content, by its id."""
    calls = [row for row in Batch.from_json(arrays) if row.kind == "calls"]
    return {call.id: Content(call.messages, call.response, call.tools, call.tool_calls, call.tokens) for call in calls}


def moments(spans):
    """When each thing happened that a span tells of, by its native id."""
    times = {}
    for span in spans:
        times |= {span.attributes[key]: span.start_ns for key in ENTITY_IDS if key in span.attributes}
        times |= {event.attributes[MARK_IDS[event.name]]: event.time_ns for event in span.events}
    return times


def normalised(arrays, times, expected):
    """The batch with ids numbered in order of creation, and T and D where the expected one has them."""
    rows = {kind: sorted(arrays[kind], key=lambda row: times[row.get("id") or row["childId"]]) for kind in KINDS}
    names = {}
    for kind in KINDS:
        for row in rows[kind]:
            if "id" in row:
                prefix = row["id"].split("_")[1]
                number = 1 + sum(name.startswith(f"<{prefix}") for name in names.values())
                names[row["id"]] = f"<{prefix}{number}>"
    for kind in KINDS:
        for row, wanted in zip(rows[kind], expected[kind], strict=True):
            for field, value in row.items():
                if isinstance(value, str) and value in names:
                    row[field] = names[value]
                elif wanted.get(field) == "T" and TIME.fullmatch(value):
                    row[field] = "T"
                elif wanted.get(field) == "D" and type(value) is int and value >= 0:
                    row[field] = "D"
    return rows


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_gives_what_the_vendors_sdk_sends(recorded, program):
    spans, arrived = recorded(program)
    expected = GOLDEN[program.__name__]
    assert normalised(arrived, moments(spans), expected) == expected


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_its_spans_and_the_content_beside_them_give_the_same(recorded, program):
    spans, arrived = recorded(program)
    contents = contents_in(arrived)
    from_spans = Batch(spans_to_native(spans, contents.get)).to_json()
    by_key = {kind: {row.get("id") or row["childId"]: row for row in arrived[kind]} for kind in KINDS}
    assert {kind: {row.get("id") or row["childId"]: row for row in rows} for kind, rows in from_spans.items()} == by_key


def test_the_expected_batches_are_those_of_the_reference():
    if not REFERENCE.exists():
        pytest.skip("needs shared/reference/native/vendor-batches.json")
    programs = json.loads(REFERENCE.read_text())["programs"]
    assert {name: program["batch"] for name, program in programs.items()} == GOLDEN

"""Programs recorded with our verbs give, field for field, the batches that the vendor's SDK sends for them."""

import json
import re
from pathlib import Path

import pytest

from tests.translate.programs import PROGRAMS, answering, asking
from warpmetrics_otel import semconv
from warpmetrics_otel.entities import KINDS, Batch
from warpmetrics_otel.record import calls
from warpmetrics_otel.testing import ProviderServer
from warpmetrics_otel.translate.call_rows import call_from_data, content_of
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
def collected(monkeypatch):
    """What is known of every recorded call, by its id, as delivery will be told of it."""
    known = {}
    record = calls.record_data

    def collect(core, parent, data, opts, call=None):
        state = record(core, parent, data, opts, call)
        known[state.id] = data, opts
        return state

    monkeypatch.setattr(calls, "record_data", collect)
    return known


@pytest.fixture
def recorded(memory, collected):
    """Runs a program; its spans in the order in which they began, and what is known of its calls."""

    def run(program):
        with ProviderServer(answering()) as server:
            client, ask = asking(memory.wm, server)
            with client:
                program(memory.wm, ask)
        memory.wm.flush(end_open=True)
        return [view(span) for span in sorted(memory.spans, key=lambda span: span.start_time)]

    return run


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
def test_a_program_gives_what_the_vendors_sdk_sends(recorded, collected, program):
    spans = recorded(program)
    contents = {call_id: content_of(data) for call_id, (data, _) in collected.items()}
    batch = Batch(spans_to_native(spans, contents.get)).to_json()
    expected = GOLDEN[program.__name__]
    assert normalised(batch, moments(spans), expected) == expected


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_call_is_the_same_from_its_data_alone(recorded, collected, program):
    spans = recorded(program)
    contents = {call_id: content_of(data) for call_id, (data, _) in collected.items()}
    from_spans = {one.id: one for one in spans_to_native(spans, contents.get) if one.kind == "calls"}
    assert {call_id: call_from_data(call_id, *known) for call_id, known in collected.items()} == from_spans


def test_the_expected_batches_are_those_of_the_reference():
    if not REFERENCE.exists():
        pytest.skip("needs shared/reference/native/vendor-batches.json")
    programs = json.loads(REFERENCE.read_text())["programs"]
    assert {name: program["batch"] for name, program in programs.items()} == GOLDEN

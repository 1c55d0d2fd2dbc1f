"""Rows and batches keep exactly what they were given, and say in words what they cannot take."""

import base64
import json

import pytest

from warpmetrics_otel.entities import ABSENT, KINDS, Act, Batch, Call, Group, Link, Outcome, Run, row_from

ROWS = {
    "runs": {"id": "wm_run_1", "label": "Writer", "opts": None, "refId": None, "startedAt": "2026-02-01T10:00:00.000Z"},
    "groups": {"id": "wm_grp_1", "label": "Drafting", "opts": {"a": 1}, "startedAt": 5},
    "calls": {"id": "wm_call_1", "provider": "openai", "model": "m", "messages": [], "status": "success", "cost": 0.5},
    "links": {"parentId": "wm_run_1", "childId": "wm_grp_1", "type": "group", "timestamp": "T"},
    "outcomes": {"id": "wm_oc_1", "refId": "wm_run_1", "name": "Failed", "opts": ["odd"], "timestamp": "T"},
    "acts": {"id": "wm_act_1", "refId": "wm_oc_1", "name": "retry", "opts": None, "timestamp": "T"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_written_as_it_was_read(kind):
    entity = row_from(kind, ROWS[kind])
    assert entity.kind == kind
    assert json.dumps(entity.to_json()) == json.dumps(ROWS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_fields_that_are_left_out_stay_out_and_unknown_ones_stay_in(kind):
    ids = {key: value for key, value in ROWS[kind].items() if key in ("id", "parentId", "childId")}
    assert row_from(kind, ids).to_json() == ids
    assert row_from(kind, {**ROWS[kind], "later": {"x": None}}).to_json() == {**ROWS[kind], "later": {"x": None}}


def test_null_is_not_absence():
    assert Call.from_json({"id": "c", "error": None}).error is None
    assert Call.from_json({"id": "c"}).error is ABSENT
    assert not ABSENT


@pytest.mark.parametrize(
    ("entity", "key"),
    [
        (Run("wm_run_1"), "wm_run_1"),
        (Group("wm_grp_1"), "wm_grp_1"),
        (Call("wm_call_1"), "wm_call_1"),
        (Link("wm_run_1", "wm_grp_1"), "wm_run_1>wm_grp_1"),
        (Outcome("wm_oc_1"), "wm_oc_1"),
        (Act("wm_act_1"), "wm_act_1"),
    ],
)
def test_a_key_tells_entities_apart(entity, key):
    assert entity.key == key


def test_entities_cannot_be_changed():
    with pytest.raises(AttributeError):
        Run("wm_run_1").label = "other"
    with pytest.raises(AttributeError):
        Run("wm_run_1").more = 1


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": 5}, {"id": ""}, [], None, "wm_run_1"])
def test_a_row_without_an_id_is_refused(row):
    with pytest.raises(ValueError, match=r"has to be an object|has to have a text there"):
        row_from("runs", row)


def test_a_batch_has_all_six_arrays():
    batch = Batch.from_json({kind: [row] for kind, row in ROWS.items()})
    assert batch.to_json() == {kind: [row] for kind, row in ROWS.items()}
    assert len(batch) == len(list(batch)) == 6
    assert Batch().to_json() == {kind: [] for kind in KINDS}
    assert repr(Batch()) == "<Batch of nothing>"
    assert repr(batch).startswith("<Batch of 1 runs, 1 groups")


def test_batches_are_equal_when_their_rows_are():
    assert Batch([Run("a"), Act("b")]) == Batch([Act("b"), Run("a")])
    assert Batch([Run("a")]) != Batch([Run("b")])
    assert Batch() != []


def test_missing_arrays_are_empty_and_others_are_left_alone():
    assert Batch.from_json({"runs": None, "spans": 5}) == Batch()


@pytest.mark.parametrize("arrays", [None, [], "x", {"runs": {}}, {"acts": [5]}, {"links": [{"parentId": "wm_run_1"}]}])
def test_what_is_no_batch_is_refused(arrays):
    with pytest.raises(ValueError, match="has to"):
        Batch.from_json(arrays)


def test_the_envelope_is_base64_of_ascii_json():
    body = json.loads(Batch([Run("wm_run_1", "\ud83d ü")]).envelope())
    text = base64.b64decode(body["d"]).decode("ascii")
    assert json.loads(text)["runs"] == [{"id": "wm_run_1", "label": "\ud83d ü", "opts": None, "refId": None}]


def test_what_json_cannot_hold_does_not_get_into_an_envelope():
    with pytest.raises(ValueError, match="JSON"):
        Batch([Run("wm_run_1", opts={"x": float("nan")})]).envelope()

"""A report's verdict, and its form for programs."""

import json

import pytest

from warpmetrics_otel.doctor import Finding, Report, Status

FINE, NOTE, CHANGE, UNKNOWN = (Finding("topic", status, "text") for status in Status)


@pytest.mark.parametrize(
    ("findings", "status", "code"),
    [
        ((), Status.FINE, 0),
        ((FINE, NOTE), Status.FINE, 0),
        ((FINE, UNKNOWN), Status.UNKNOWN, 2),
        ((UNKNOWN, CHANGE, FINE), Status.CHANGE, 1),
    ],
)
def test_what_is_to_be_changed_outweighs_what_is_unknown(findings, status, code):
    report = Report({}, (), findings)
    assert (report.status, report.exit_code) == (status, code)


def test_programs_get_plain_values():
    plain = Report({"Python": "3.11"}, (), (CHANGE,)).to_json()
    assert json.loads(json.dumps(plain)) == {
        "status": "change",
        "versions": {"Python": "3.11"},
        "options": [],
        "findings": [{"topic": "topic", "status": "change", "text": "text", "remedy": None}],
        "spool": [],
    }

"""What waits on disk, told without touching it."""

import pytest

from tests.deliver.spool.helpers import left_behind
from warpmetrics_otel.deliver.spool.destination import destination, open_directory
from warpmetrics_otel.deliver.spool.names import Position
from warpmetrics_otel.deliver.spool.quarantine import Quarantine
from warpmetrics_otel.doctor import Status, examine
from warpmetrics_otel.entities import Run
from warpmetrics_otel.translate.records import record_of

KEY = "wm_test_abcdef"
RECORD = record_of(Run("wm_run_1", "Review", None, None, "2026-11-21T00:00:00.000Z"))


@pytest.fixture
def findings(api, tmp_path):
    def examined(**options) -> list[tuple[Status, str]]:
        given = {"api_key": KEY, "api_url": api.url, "spool_dir": tmp_path / "spool", **options}
        report = examine(given, 3.0)
        assert KEY not in str(report.to_json())
        return [(each.status, each.text) for each in report.findings if each.topic == "spool"]

    return examined


@pytest.fixture
def disk(api, tmp_path):
    return open_directory(tmp_path / "spool", destination(api.url, None, KEY))


def test_a_spool_that_is_not_there_yet_is_not_made(findings, tmp_path):
    assert findings() == [(Status.FINE, f"0 entities wait in {tmp_path / 'spool'}.")]
    assert not (tmp_path / "spool").exists()


def test_what_waits_is_counted_and_stays(findings, disk, tmp_path):
    left_behind(disk, RECORD, RECORD)
    before = {entry.name: entry.size for entry in disk.entries()}

    assert findings() == [(Status.FINE, f"2 entities wait in {tmp_path / 'spool'}.")]
    assert {entry.name: entry.size for entry in disk.entries()} == before


def test_what_waits_for_another_key_is_to_be_seen_to(findings, disk, api):
    left_behind(disk, RECORD)

    _, (status, text) = findings(api_key="wm_test_another")

    assert status is Status.CHANGE
    assert text == f"1 entities wait in {disk.directory.name} for {api.url}, another key, where nothing goes now."


def test_what_was_refused_is_to_be_seen_to(findings, disk):
    Quarantine(disk.folder("quarantine")).put(Position("0" * 16, 1, 8, 1), RECORD, "invalid")

    _, (status, text) = findings()

    assert status is Status.CHANGE
    assert "1 entities" in text
    assert "refused" in text


def test_a_spool_where_nothing_can_be_written(findings, tmp_path):
    (tmp_path / "spool").touch()
    assert [status for status, _ in findings()] == [Status.CHANGE]


def test_without_a_spool_what_a_crash_costs_is_a_note(findings):
    assert [status for status, _ in findings(spool_dir=None)] == [Status.NOTE]

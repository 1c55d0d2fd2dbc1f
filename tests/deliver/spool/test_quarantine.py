import pytest

from tests.deliver.spool.helpers import deliver_all, left_behind, payloads
from warpmetrics_otel.deliver.spool import Spool


def test_a_refused_record_is_set_aside_and_the_others_go_on(disk, spool):
    for payload in (b"bad\n", b"good"):
        spool.append(payload)
    spool.refuse(spool.read(1, 100)[0], "invalid")
    assert payloads(spool) == [b"good"]
    assert spool.pending() == 1
    assert spool.dropped() == {"quarantined": 1}
    (kept,) = Spool(disk).quarantine.records()
    assert (kept.reason, kept.payload) == ("invalid", b"bad\n")
    assert kept.refused_at > 0


def test_a_record_refused_again_after_a_crash_is_kept_once(disk):
    segment = left_behind(disk, b"bad")
    first = Spool(disk)
    first.tend()
    first.refuse(first.read(1, 100)[0], "invalid")
    # The crash: the record is in quarantine, and its segment not removed yet.
    again = left_behind(disk, b"bad")
    again.rename(segment)
    content = segment.read_bytes()
    assert content
    (kept,) = first.quarantine.records()
    position = first.quarantine.entries()[0].name
    assert position.startswith(segment.name.removesuffix(".segment"))
    assert kept.id == position


def test_retrying_is_appending_and_dropping(disk, spool):
    spool.append(b"bad")
    spool.refuse(spool.read(1, 100)[0], "invalid")
    for kept in spool.quarantine.records():
        assert spool.append(kept.payload)
        spool.quarantine.drop(kept.id)
    assert spool.quarantine.records() == []
    assert deliver_all(spool) == [b"bad"]


def test_dropping_what_is_gone_is_fine(spool):
    spool.append(b"bad")
    spool.refuse(spool.read(1, 100)[0], "invalid")
    (kept,) = spool.quarantine.records()
    spool.quarantine.drop(kept.id)
    spool.quarantine.drop(kept.id)
    assert spool.quarantine.records() == []


@pytest.mark.parametrize("wrong", ["", "..", "../x.lock", "0" * 16 + ".00000001.segment"])
def test_dropping_takes_nothing_but_ids(spool, wrong):
    with pytest.raises(ValueError, match="is no refused record"):
        spool.quarantine.drop(wrong)


def test_quarantine_goes_first_when_there_is_no_room(disk):
    spool = Spool(disk, max_bytes=64_000)
    for _ in range(8):
        spool.append(b"bad")
    for record in spool.read(8, 1000):
        spool.refuse(record, "invalid")
    for _ in range(550):
        assert spool.append(b"x" * 100)
    assert spool.dropped()["quarantine_full"] > 0
    assert spool.dropped()["spool_full"] == 0
    assert len(spool.quarantine.records()) == 8 - spool.dropped()["quarantine_full"]
    assert len(deliver_all(spool)) == 550

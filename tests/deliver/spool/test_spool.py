import errno
import logging
import os
import stat

import pytest

from tests.deliver.spool.helpers import deliver_all, files_in, left_behind, payloads
from warpmetrics_otel.deliver.spool import Disk, Spool
from warpmetrics_otel.deliver.spool.form import HEADER, RECORD_BYTES


def test_records_come_back_in_order_until_they_are_acknowledged(spool):
    for number in range(5):
        assert spool.append(b"%d" % number)
    assert payloads(spool, most=3) == [b"0", b"1", b"2"]
    first = spool.read(2, 1000)
    spool.acknowledge([record.position for record in first])
    assert payloads(spool) == [b"2", b"3", b"4"]
    assert spool.pending() == 3


def test_a_batch_is_bounded_in_bytes_but_never_empty(spool):
    for size in (10, 10, 10, 500_000):
        spool.append(b"x" * size)
    assert [len(payload) for payload in payloads(spool, most_bytes=25)] == [10, 10]
    spool.acknowledge([record.position for record in spool.read(3, 10**6)])
    assert [len(payload) for payload in payloads(spool, most_bytes=1)] == [500_000]


def test_acknowledging_again_changes_nothing(spool):
    for number in range(4):
        spool.append(b"%d" % number)
    positions = [record.position for record in spool.read(4, 1000)]
    spool.acknowledge(positions[:3])
    spool.acknowledge(positions[:2])
    assert payloads(spool) == [b"3"]
    assert spool.pending() == 1


def test_a_segment_goes_when_all_of_it_is_acknowledged(disk):
    spool = Spool(disk, max_bytes=16 * 1024)
    for number in range(40):
        spool.append(b"%d " % number + b"x" * 100)
    assert len(files_in(disk, ".segment")) > 3
    assert [int(payload.split()[0]) for payload in deliver_all(spool)] == list(range(40))
    assert len(files_in(disk, ".segment")) == 1
    spool.tend()
    assert files_in(disk, ".segment") == []
    assert spool.append(b"more")
    assert payloads(spool) == [b"more"]


def test_a_closed_spool_with_nothing_left_leaves_no_file(disk, spool):
    spool.append(b"1")
    deliver_all(spool)
    spool.close()
    assert files_in(disk) == []


def test_what_a_closed_spool_leaves_is_taken_over_in_the_same_process(disk, spool):
    spool.append(b"1")
    spool.close()
    spool.append(b"2")
    other = Spool(disk)
    other.tend()
    assert payloads(other) == [b"1"]
    assert payloads(spool) == [b"2"]


def test_only_the_owner_may_read_the_files(disk, spool):
    spool.append(b"1")
    spool.refuse(spool.read(1, 10)[0], "invalid")
    spool.append(b"2")
    files = [path for path in disk.directory.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [disk.directory, disk.directory / "quarantine"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_progress_is_kept_for_the_next_process(disk):
    segment = left_behind(disk, b"a", b"b", b"c")
    first = Spool(disk)
    first.tend()
    first.acknowledge([record.position for record in first.read(2, 100)])
    first.close()
    assert segment.exists()
    second = Spool(disk)
    second.tend()
    assert second.pending() == 1
    assert deliver_all(second) == [b"c"]
    assert not segment.exists()


def test_unsound_progress_is_ignored(disk):
    segment = left_behind(disk, b"a", b"b")
    (disk.directory / f"{segment.name.split('.')[0]}.progress").write_bytes(b"\x01" * 20)
    spool = Spool(disk)
    spool.tend()
    assert payloads(spool) == [b"a", b"b"]


@pytest.mark.parametrize("cut", range(1, RECORD_BYTES + 4))
def test_a_torn_tail_is_passed_and_counted(disk, cut):
    segment = left_behind(disk, b"sound", b"torn")
    os.truncate(segment, segment.stat().st_size - cut)
    spool = Spool(disk)
    spool.tend()
    assert spool.pending() == 1
    assert deliver_all(spool) == [b"sound"]
    assert spool.dropped() == {"torn": 1}
    assert not segment.exists()


def test_zeros_after_a_power_loss_are_no_records(disk):
    segment = left_behind(disk, b"sound")
    with segment.open("ab") as file:
        file.write(bytes(4096))
    spool = Spool(disk)
    spool.tend()
    assert deliver_all(spool) == [b"sound"]
    assert spool.dropped() == {"torn": 1}


@pytest.mark.parametrize("beginning", [b"", HEADER[:3], HEADER[:-1], HEADER[:-1] + b"\0", bytes(8), HEADER])
def test_a_segment_that_was_only_begun_is_removed_without_a_word(disk, beginning):
    segment = left_behind(disk, b"x")
    segment.write_bytes(beginning)
    spool = Spool(disk)
    spool.tend()
    assert (spool.pending(), spool.dropped()) == (0, {})
    assert files_in(disk) == []


@pytest.mark.parametrize("at", ["mark", "length", "checksum", "payload"])
def test_a_damaged_record_costs_only_itself(disk, at):
    segment = left_behind(disk, b"first", b"second", b"third")
    content = bytearray(segment.read_bytes())
    second = len(HEADER) + RECORD_BYTES + len(b"first")
    content[second + {"mark": 0, "length": 4, "checksum": 6, "payload": RECORD_BYTES}[at]] ^= 0xFF
    segment.write_bytes(content)
    spool = Spool(disk)
    spool.tend()
    assert spool.pending() == 2
    assert deliver_all(spool) == [b"first", b"third"]
    assert spool.dropped() == {"damaged": 1}


def test_a_record_damaged_under_the_process_that_wrote_it_is_counted(disk, spool):
    for payload in (b"first", b"second", b"third"):
        spool.append(payload)
    (segment,) = files_in(disk, ".segment")
    content = bytearray(segment.read_bytes())
    content[len(HEADER) + RECORD_BYTES] ^= 0xFF
    segment.write_bytes(content)
    assert deliver_all(spool) == [b"second", b"third"]
    spool.tend()
    assert (spool.pending(), spool.dropped()) == (0, {"damaged": 1})


def test_a_copied_segment_holds_no_records(disk):
    segment = left_behind(disk, b"once")
    segment.with_name("0" * 16 + ".00000001.segment").write_bytes(segment.read_bytes())
    spool = Spool(disk)
    spool.tend()
    assert deliver_all(spool) == [b"once"]


def test_a_segment_of_a_newer_version_is_left_alone(disk):
    segment = left_behind(disk, b"x")
    content = segment.read_bytes().replace(HEADER, b"WMSPOOL2", 1)
    segment.write_bytes(content)
    spool = Spool(disk)
    spool.tend()
    assert spool.pending() == 0
    assert segment.read_bytes() == content


def test_files_of_others_are_left_alone(disk, spool):
    other = disk.directory / "notes.txt"
    other.write_text("mine")
    spool.append(b"1")
    spool.tend()
    deliver_all(spool)
    spool.close()
    assert files_in(disk) == [other]


def test_the_oldest_go_when_there_is_no_room_and_are_counted(disk):
    spool = Spool(disk, max_bytes=32_000)
    for number in range(1000):
        assert spool.append(b"%d " % number + b"x" * 100)
        assert sum(path.stat().st_size for path in files_in(disk)) <= 32_000
    kept = [int(payload.split()[0]) for payload in deliver_all(spool)]
    assert kept == list(range(1000 - len(kept), 1000))
    assert spool.dropped() == {"spool_full": 1000 - len(kept)}
    assert spool.pending() == 0


def test_what_went_while_its_request_was_under_way_is_not_counted_twice(disk):
    spool = Spool(disk, max_bytes=32_000)
    spool.append(b"first")
    under_way = spool.read(1, 100)
    for _ in range(400):
        spool.append(b"x" * 100)
    spool.acknowledge([record.position for record in under_way])
    assert spool.pending() == len(deliver_all(spool))
    assert spool.pending() == 0


def test_a_record_larger_than_the_bound_is_not_accepted(disk, caplog):
    spool = Spool(disk, max_bytes=10_000)
    assert not spool.append(b"x" * 10_001)
    assert spool.refused() == {"spool_full": 1}
    assert "cannot be written" in caplog.text
    assert spool.append(b"small")


def test_a_record_larger_than_a_segment_has_one_of_its_own(disk):
    spool = Spool(disk, max_bytes=16_000)
    sizes = [10, 5000, 10, 2000, 2000, 10]
    for size in sizes:
        assert spool.append(b"x" * size)
    assert [len(payload) for payload in deliver_all(spool)] == sizes


def test_a_living_process_counts_what_another_removed_for_want_of_room(disk):
    keeper = Spool(disk, max_bytes=32_000)
    for number in range(100):
        keeper.append(b"%d " % number + b"x" * 100)
    other = Spool(disk, max_bytes=32_000)
    for _ in range(200):
        assert other.append(b"y" * 100)
    mine = deliver_all(keeper)
    assert keeper.dropped()["removed"] == 100 - len(mine) > 0
    assert keeper.pending() == 0


def test_a_dead_process_loses_its_oldest_first_and_counted(disk):
    for _ in range(3):
        left_behind(disk, *[b"x" * 1000] * 8)
    spool = Spool(disk, max_bytes=28_000)
    for _ in range(10):
        assert spool.append(b"y" * 1000)
    spool.tend()
    found = deliver_all(spool)
    assert found.count(b"y" * 1000) == 10
    assert len(found) + spool.dropped()["spool_full"] == 34
    assert spool.dropped()["spool_full"] in (8, 16)


def test_a_removed_directory_is_noticed_and_made_again(disk, spool, caplog):
    spool.append(b"lost")
    for path in files_in(disk):
        path.unlink()
    spool.tend()
    assert "somebody removed files" in caplog.text
    assert spool.append(b"kept")
    assert deliver_all(spool) == [b"kept"]
    assert spool.dropped() == {"removed": 1}
    assert spool.pending() == 0


def test_a_failure_to_write_is_said_once_and_so_is_its_end(tmp_path, caplog):
    caplog.set_level(logging.INFO, "warpmetrics_otel")
    place = tmp_path / "spool"
    spool = Spool(Disk(place))
    (place / "quarantine").rmdir()
    place.rmdir()
    place.write_text("in the way")
    assert not spool.append(b"1")
    assert not spool.append(b"2")
    assert spool.refused() == {"write_failed": 2}
    place.unlink()
    assert spool.append(b"3")
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "cannot be written" in said[0]
    assert "can be written again" in said[1]


def test_a_signal_handler_that_records_during_an_append_loses_nothing(tmp_path):
    class Interrupted(Disk):
        """Runs a handler in the middle of a write, as a signal does."""

        def write(self, handle, content, offset, /):
            if handlers:
                handlers.pop()()
            return os.pwrite(handle, content, offset)

    handlers = []
    spool = Spool(Interrupted(tmp_path / "spool"))
    spool.append(b"1")
    handlers.append(lambda: (spool.append(b"3"), spool.close()))
    spool.append(b"2")
    assert deliver_all(spool) == [b"1", b"2", b"3"]


def test_an_interrupted_append_leaves_nothing_that_hurts(tmp_path):
    class Interrupted(Disk):
        def write(self, handle, content, offset, /):
            written = os.pwrite(handle, content, offset)
            if content.endswith(b"interrupted"):
                raise KeyboardInterrupt
            return written

    spool = Spool(Interrupted(tmp_path / "spool"))
    spool.append(b"1")
    with pytest.raises(KeyboardInterrupt):
        spool.append(b"interrupted")
    assert spool.append(b"2")
    assert deliver_all(spool) == [b"1", b"2"]


def test_nothing_behind_a_segment_that_cannot_be_read_is_read_before_it(tmp_path, caplog):
    class Failing(Disk):
        failing = ""

        def read(self, name, offset, size):
            if name.endswith(f"{self.failing}.segment"):
                raise OSError(errno.EIO, "injected")
            return super().read(name, offset, size)

    disk = Failing(tmp_path / "spool")
    spool = Spool(disk, segment_bytes=100)
    for number in range(3):
        spool.append(b"%d " % number + b"x" * 90)
    disk.failing = "00000002"
    assert [payload[:1] for payload in deliver_all(spool)] == [b"0"]
    assert spool.pending() == 2
    assert "cannot be read" in caplog.text
    disk.failing = "none"
    assert [payload[:1] for payload in deliver_all(spool)] == [b"1", b"2"]
    assert spool.dropped() == {}

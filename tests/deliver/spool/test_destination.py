import json

import pytest

from tests.deliver.spool.helpers import files_in, left_behind, payloads
from warpmetrics_otel.deliver.spool import Disk, Spool
from warpmetrics_otel.deliver.spool.destination import destination, directories, move, open_directory

URL = "https://api.example.com"
KEY = "wm_live_0123456789abcdef"


def test_another_key_has_another_directory():
    assert destination(URL, None, KEY).folder != destination(URL, None, KEY + "x").folder


def test_a_rotated_key_of_a_project_goes_on_with_its_directory():
    assert destination(URL, "prj_1", KEY).folder == destination(URL, "prj_1", KEY + "x").folder
    assert destination(URL, "prj_1", KEY).folder != destination(URL, "prj_2", KEY).folder


def test_another_address_has_another_directory():
    assert destination(URL, "prj_1", KEY).folder != destination("https://other.example.com", "prj_1", KEY).folder
    assert destination(URL + "/", None, KEY) == destination(URL, None, KEY)


def test_a_directory_says_whose_it_is_and_holds_no_secret(tmp_path):
    of = destination("https://user:word@api.example.com/", None, KEY)
    disk = open_directory(tmp_path, of)
    (about,) = files_in(disk)
    assert json.loads(about.read_text())["url"] == URL
    for secret in (KEY, "word", "user"):
        assert secret not in about.read_text()
        assert secret not in str(disk.directory.relative_to(tmp_path))
    ((found, found_disk),) = directories(tmp_path)
    assert (found, found_disk.directory) == (of, disk.directory)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": 1, "project_id": 2, "key": 3}'])
def test_a_directory_that_does_not_say_whose_it_is_is_nobodys(tmp_path, content):
    open_directory(tmp_path, destination(URL, None, KEY))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "destination.json").write_text(content)
    assert len(directories(tmp_path)) == 1


def test_what_waits_under_an_old_key_is_moved_on_demand_with_its_progress(tmp_path):
    old, new = (open_directory(tmp_path, destination(URL, None, key)) for key in ("old", "new"))
    left_behind(old, b"1", b"2")
    first = Spool(old)
    first.tend()
    first.acknowledge([record.position for record in first.read(1, 100)])
    first.close()
    alive = Spool(old)
    alive.append(b"of the living")
    assert move(old, new) == 1
    spool = Spool(new)
    spool.tend()
    assert payloads(spool) == [b"2"]
    assert payloads(alive) == [b"of the living"]


def test_files_are_moved_between_directories_only(disk):
    with pytest.raises(TypeError, match="can only be moved to another directory"):
        disk.move("x", object())


def test_the_directory_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    by_link, by_name = Spool(Disk(tmp_path / "link")), Spool(Disk(tmp_path / "real"))
    by_link.append(b"1")
    by_name.tend()
    assert by_name.pending() == 0

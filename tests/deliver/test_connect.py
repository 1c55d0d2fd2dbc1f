"""One pipeline a destination, and what waits where it was asked to."""

import json
import logging
import threading

import pytest

from tests.deliver.entities import program
from tests.deliver.pipelines import connection


@pytest.fixture
def connected(api):
    """Makes connections to the stand-in, and closes them."""
    made = []

    def make(**options):
        one = connection(**{"api_key": api.key, "api_url": api.url, "native_content": False, **options})
        made.append(one)
        return one

    yield make
    for one in made:
        one.shutdown(0.1)


def test_the_same_destination_has_one_pipeline(api, connected):
    one, another = connected(), connected(api_url=api.url + "/")
    entities = program()
    one.take(entities)
    another.take(entities)

    assert one.flush(60).delivered == another.flush(60).delivered == 7
    assert len([thread for thread in threading.enumerate() if thread.name == "warpmetrics-delivery"]) == 1


def test_another_key_or_project_has_its_own(api, connected):
    for options in ({}, {"api_key": "wm_test_other"}, {"project_id": "p1"}):
        one = connected(**options)
        one.take(program())
        assert one.flush(60).delivered == 7

    assert [request.headers.get("x-project-id") for request in api.requests] == [None, None, "p1"]


def test_the_last_to_let_go_stops_it(api, connected):
    one, another = connected(), connected()
    assert one.shutdown(60).delivered == 0
    assert one.shutdown(60).delivered == 0
    another.take(program())
    assert another.shutdown(60).delivered == 7
    # Who comes now has a new one.
    again = connected()
    again.take(program())
    assert again.flush(60).delivered == 7


def test_what_could_not_be_sent_waits_in_the_spool(api, connected, tmp_path):
    with api.down():
        one = connected(spool_dir=tmp_path / "spool")
        one.take(program())
        counts = one.shutdown(0.2)
        assert (counts.delivered, counts.pending, counts.spooled) == (0, 0, 7)

    another = connected(spool_dir=tmp_path / "spool")
    assert another.flush(60).delivered == 7
    assert api.incomplete() == []


def test_what_is_in_the_spool_is_for_its_owner_alone(api, connected, tmp_path):
    key = "wm_test_5f1d0c93"
    with api.down():
        one = connected(spool_dir=tmp_path / "spool", api_key=key)
        one.take(program())
        one.shutdown(0.1)
    files = [path for path in (tmp_path / "spool").rglob("*") if path.is_file()]

    assert files
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert not any(key.encode() in path.read_bytes() for path in files)


def test_without_a_place_for_a_spool_delivery_goes_on(api, connected, tmp_path, said):
    (tmp_path / "file").write_text("in the way")
    one = connected(spool_dir=tmp_path / "file" / "spool")
    one.take(program())

    assert one.flush(60).delivered == 7
    assert ["there is no spool in" in line for line in said(logging.ERROR)] == [True]


def test_a_key_function_that_raises_keeps_nobody_from_recording(api, connected, tmp_path, said):
    def key():
        raise PermissionError("wm_live_secret")

    one = connected(spool_dir=tmp_path / "spool", api_key=key)
    one.take(program())

    assert one.flush(0.1).pending == 7
    assert "secret" not in json.dumps(said())

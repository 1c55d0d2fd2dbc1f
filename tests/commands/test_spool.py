"""`warpmetrics-otel spool`: what waits and what was refused, listed, retried, dropped and moved."""

import inspect
import json

import pytest
from typer.testing import CliRunner

from tests.deliver.spool.helpers import left_behind
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.commands import app
from warpmetrics_otel.deliver.spool import Quarantine
from warpmetrics_otel.deliver.spool.destination import destination, open_directory
from warpmetrics_otel.deliver.spool.inventory import inventory
from warpmetrics_otel.deliver.spool.names import Position
from warpmetrics_otel.entities import Link, Run
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply
from warpmetrics_otel.translate.records import record_of

DONE, NOT_THERE, COULD_NOT_LOOK = 0, 1, 2
KEY, OTHER_KEY = "wm_test_abcdef", "wm_test_uvwxyz"
AT = "2026-11-21T00:00:00.000Z"
RUN = record_of(Run("wm_run_1", "Review of a secret", None, None, AT))
LINK = record_of(Link("wm_run_1", "wm_call_2", "call", AT))
# Before click 8.2 the two outputs are one unless asked for apart, which later ones always are.
APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
RUNNER = CliRunner(**APART)
FIRST, SECOND = "0000000000000000.00000001.8.refused", "0000000000000000.00000001.9.refused"


@pytest.fixture
def api():
    with NativeApi() as api:
        yield api


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("WARPMETRICS_SPOOL_DIR", str(tmp_path))
    monkeypatch.delenv("WARPMETRICS_SPOOL_MAX_BYTES", raising=False)

    def run(*arguments):
        return RUNNER.invoke(app, ["spool", *arguments])

    return run


@pytest.fixture
def disk(tmp_path, api):
    return open_directory(tmp_path, destination(api.url, None, KEY))


@pytest.fixture
def refused(disk):
    """Two records in quarantine."""
    quarantine = Quarantine(disk.folder("quarantine"))
    quarantine.put(Position("0" * 16, 1, 8, 1), RUN, "invalid")
    quarantine.put(Position("0" * 16, 1, 9, 2), LINK, "too_large")
    return quarantine


def ids(quarantine) -> list[str]:
    return [each.id for each in quarantine.records()]


def test_an_empty_spool(run):
    done = run("list")
    assert (done.exit_code, done.output) == (DONE, "Nothing waits.\n")
    assert json.loads(run("list", "--json").output) == []


def test_what_waits_and_what_was_refused_is_listed_without_its_content(run, disk, api, refused):
    left_behind(disk, RUN, LINK, RUN)

    done = run("list")

    first, *rest = done.stdout.splitlines()
    assert done.exit_code == DONE
    assert first.startswith(f"{disk.directory.name}  {api.url}, key ")
    assert first.endswith(": 3 wait, 2 refused")
    assert [line.split()[0] for line in rest] == [FIRST, SECOND]
    assert [line.split()[2:] for line in rest] == [
        ["invalid", "runs", "wm_run_1"],
        ["too_large", "links", "wm_run_1>wm_call_2"],
    ]
    assert "secret" not in done.output
    assert KEY not in done.output


def test_the_list_for_programs(run, disk, api, refused):
    (stock,) = json.loads(run("list", "--json").stdout)

    entities = stock.pop("refused")
    assert stock == {"folder": disk.directory.name, "url": api.url, "project_id": None, "waiting": 0}
    assert [(each["id"], each["reason"], each["kind"], each["entity"], each["bytes"]) for each in entities] == [
        (FIRST, "invalid", "runs", "wm_run_1", len(RUN)),
        (SECOND, "too_large", "links", "wm_run_1>wm_call_2", len(LINK)),
    ]


def test_a_record_of_a_newer_version_is_listed_too(run, refused):
    refused.put(Position("1" * 16, 1, 8, 1), b"\xffnew", "unknown")
    refused.put(Position("1" * 16, 1, 9, 1), b"a[]", "invalid")
    refused.put(Position("2" * 16, 1, 9, 1), b"a{", "invalid")
    assert [line.split()[3:] for line in run("list").stdout.splitlines()[3:]] == [
        ["unknown", "unknown"],
        ["runs", "unknown"],
        ["runs", "unknown"],
    ]


def test_dropping_one_leaves_the_other(run, refused):
    done = run("drop", FIRST)
    assert (done.exit_code, done.stdout) == (DONE, "1 entities are dropped.\n")
    assert ids(refused) == [SECOND]


def test_dropping_all(run, refused):
    assert run("drop", "--all").exit_code == DONE
    assert ids(refused) == []


def test_what_is_retried_waits_again_and_is_delivered_by_the_next_program(run, refused, disk, api, tmp_path):
    done = run("retry", "--all")

    assert (done.exit_code, done.stdout) == (DONE, "2 entities wait for delivery again.\n")
    assert ids(refused) == []
    assert [stock.waiting for stock in inventory(tmp_path)] == [2]

    wm = Warpmetrics(api_key=KEY, api_url=api.url, spool_dir=tmp_path)
    wm.run("Another").end()
    api.wait_for(lambda: len(api.entities("runs")) == 2 and api.entities("links"))
    wm.shutdown(60)
    assert api.row("wm_run_1")["label"] == "Review of a secret"


def test_what_the_api_refuses_for_good_is_kept_until_it_is_retried(run, api, tmp_path):
    api.answer_always(Reply.refused(400))
    first = Warpmetrics(api_key=KEY, api_url=api.url, spool_dir=tmp_path)
    odd = first.run("Odd")
    odd.end()
    assert first.shutdown().dropped == {"quarantined": 1}
    api.behave()

    (line,) = run("list").stdout.splitlines()[1:]
    assert line.split()[2:] == ["invalid", "runs", odd.id]
    assert run("retry", line.split()[0]).exit_code == DONE

    second = Warpmetrics(api_key=KEY, api_url=api.url, spool_dir=tmp_path)
    second.run("Another").end()
    assert api.wait_for(lambda: [row["label"] for row in api.entities("runs")][1:])
    assert second.shutdown().dropped == {}
    assert {row["label"] for row in api.entities("runs")} == {"Odd", "Another"}


def test_one_is_retried_and_the_other_stays(run, refused, tmp_path):
    assert run("retry", SECOND).exit_code == DONE
    assert ids(refused) == [FIRST]
    assert [stock.waiting for stock in inventory(tmp_path)] == [1]


def test_what_the_spool_does_not_take_stays_in_quarantine(run, refused):
    done = run("retry", "--all", "--max-bytes", "1")
    assert done.exit_code == COULD_NOT_LOOK
    assert "0 entities wait again, the others stay in quarantine" in done.stderr
    assert ids(refused) == [FIRST, SECOND]


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("arguments", [(), (FIRST, "--all")])
def test_which_ones_has_to_be_said(run, refused, verb, arguments):
    done = run(verb, *arguments)
    assert done.exit_code == COULD_NOT_LOOK
    assert "Which entities?" in done.stderr
    assert ids(refused) == [FIRST, SECOND]


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("unknown", ["nonsense", "../destination.json"])
def test_one_that_is_not_there_changes_nothing(run, refused, disk, verb, unknown):
    done = run(verb, FIRST, unknown)
    assert done.exit_code == NOT_THERE
    assert f"there is no {unknown}" in done.stderr
    assert ids(refused) == [FIRST, SECOND]


def test_what_waits_for_another_key_can_be_moved(run, disk, api, tmp_path):
    other = open_directory(tmp_path, destination(api.url, None, OTHER_KEY))
    left_behind(other, RUN, LINK)

    done = run("move", other.directory.name, disk.directory.name)

    assert (done.exit_code, done.stdout.startswith("1 files were moved from ")) == (DONE, True)
    waiting = {stock.disk.directory.name: stock.waiting for stock in inventory(tmp_path)}
    assert waiting == {disk.directory.name: 2, other.directory.name: 0}


def test_moving_from_or_to_nowhere(run, disk):
    done = run("move", disk.directory.name, "nowhere")
    assert done.exit_code == NOT_THERE
    assert "There is no destination nowhere." in done.stderr


def test_no_spool_is_named(run, monkeypatch):
    monkeypatch.delenv("WARPMETRICS_SPOOL_DIR")
    done = run("list")
    assert done.exit_code == COULD_NOT_LOOK
    assert "--spool-dir FOLDER" in done.stderr


def test_a_spool_that_is_not_there(run, tmp_path):
    done = run("list", "--spool-dir", str(tmp_path / "none"))
    assert (done.exit_code, done.stderr) == (
        COULD_NOT_LOOK,
        f"warpmetrics-otel: There is no folder {tmp_path}/none.\n",
    )

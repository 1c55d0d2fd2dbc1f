"""What a person sees while reading takes long: a line on the terminal, and nothing where nobody looks."""

import os
import pty
import subprocess
import sys
import threading

import pytest
import typer

from tests.patience import PATIENCE_S
from tests.read.backend_server import send, serving
from warpmetrics_otel.commands import progress
from warpmetrics_otel.commands.progress import Progress
from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.read.source import Selection

RUN_ID = "wm_run_01m00000000000000000000000"


def waiting_command(*options: str, stderr: int) -> subprocess.Popen[bytes]:
    """A command in a process of its own, with standard error as given."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("WARPMETRICS_", "OTEL_"))}
    arguments = [sys.executable, "-m", "warpmetrics_otel.cli", "chain", RUN_ID, *options]
    env = {**inherited, "TERM": "xterm", "NO_PROXY": "127.0.0.1"}
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=stderr, env=env)


def test_a_terminal_shows_what_is_read_once_that_takes_longer_than_a_second():
    seen = threading.Event()

    def answer(connection, request):
        # It takes as long as it takes until a person would see something.
        seen.wait(PATIENCE_S)
        send(connection, 404, {"error": {"httpCode": 404, "message": "No traces found"}})

    ours, theirs = pty.openpty()
    shown = b""
    try:
        with serving(answer) as server:
            process = waiting_command("--jaeger", server.url, "--service", "s", stderr=theirs)
            os.close(theirs)
            while f"Reading Jaeger at {server.url}".encode() not in shown:
                shown += os.read(ours, 4096)
            seen.set()
            assert process.wait(PATIENCE_S) == 1
    finally:
        seen.set()
        os.close(ours)
    assert b"0 spans" in shown


class Half:
    """A source of which half is read."""

    name, incomplete, done = "a file", [], 0.5

    def everything(self, selection):
        return iter(())

    def chain_of(self, wanted, selection):
        return iter(())


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)


def test_what_is_counted_passes_unchanged():
    with Progress("Reading a file", Half(), shown=False) as shown:
        assert list(shown.counted(iter("abc"))) == ["a", "b", "c"]


def test_nothing_is_shown_where_nobody_looks(at_once, capsys):
    before = threading.active_count()
    with Progress("Reading a file", Half(), shown=False):
        assert threading.active_count() == before
    assert capsys.readouterr() == ("", "")


def test_no_thread_is_left_however_it_ends(at_once):
    before = threading.active_count()
    with pytest.raises(LookupError), Progress("Reading a file", Half(), shown=True):
        raise LookupError
    assert threading.active_count() == before


class Watched(Half):
    """A source that sees whether anybody is told how far it is."""

    def __init__(self):
        self.told = None

    def everything(self, selection):
        self.told = "progress" in {thread.name for thread in threading.enumerate()}
        return iter(())


@pytest.mark.parametrize(
    ("terminal", "quiet", "told"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_only_a_person_at_a_terminal_who_wants_no_json_is_told(monkeypatch, capsys, terminal, quiet, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    source = Watched()
    with pytest.raises(typer.Exit):
        Reading(source, Selection(), as_json=quiet).chains()
    assert source.told is told

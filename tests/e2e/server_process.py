"""A real server as a process of one test session: free ports of 127.0.0.1, ready when yielded, gone without a trace."""

import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.patience import PATIENCE_S

Answer = TypeVar("Answer")

_POLL_S = 0.05


@contextmanager
def folder_of(name: str) -> Iterator[Path]:
    """Yield a temporary folder for a server's configuration and data."""
    with tempfile.TemporaryDirectory(prefix=f"{name.lower()}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def serving(name: str, command: list[str | Path], ready_url: str, folder: Path) -> Iterator[None]:
    """Run a server in `folder` for the length of the context; entered when `ready_url` answers with 200.

    Fails the test, with the end of what the server logged, when it ends before that or does not get there.
    """
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        wait_for(lambda: _ready(name, process, ready_url, log), bool, f"{name} to be ready")
        yield
    finally:
        # Asked politely they take many seconds over open connections and data, and nothing of theirs is kept.
        process.kill()
        process.wait()


def wait_for(ask: Callable[[], Answer], until: Callable[[Answer], bool], what: str) -> Answer:
    """Ask until the answer is as it should be, and return it; fails the test with the last one after `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = ask()
        if until(answer):
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}; what there is: {answer}")
        time.sleep(_POLL_S)


def _ready(name: str, process: subprocess.Popen[bytes], url: str, log: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"{name} ended with {process.returncode}:\n{log.read_text()[-4000:]}")
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False

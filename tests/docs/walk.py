"""A reader who follows a page: saves and runs its blocks from the top to the bottom, in one empty folder.

A Python block is saved under the name in its first line (`# agent.py`) and run, unless a command of the page runs it. A
`sh` block is run by bash; a `text` block right after one says what it prints. Servers stay until the page's end.
"""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Self

from tests.docs.markdown import Block, Page
from tests.patience import PATIENCE_S

STAYS = re.compile(r"(uvicorn|celery) ")
_PORT = re.compile(r"--port (\d+)")
_ID = re.compile(r"wm_([a-z]+)_[0-9a-z]{26}")
_DURATION = re.compile(r"\d+(\.\d+)? (ns|µs|ms|s)\b")


class Walk:
    """One walk through one page; leaving the context stops what stays.

    Args:
        page: the page.
        folder: where it is walked: the working directory of every block.
        python: the interpreter of the environment that has the package.
        env: variables that a reader has set, beside PATH and HOME.
        replace: texts in `sh` blocks that are another here, such as ports.
    """

    def __init__(self, page: Page, folder: Path, python: str, env: Mapping[str, str], replace: Mapping[str, str]):
        self.page, self.folder, self.python, self.replace = page, folder, python, replace
        path = os.pathsep.join([str(folder / "bin"), str(Path(python).parent), os.environ["PATH"]])
        self.env = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **env}
        self.outputs: list[str] = []
        self._staying: list[subprocess.Popen[bytes]] = []
        self._make_pip()

    def run(self, block: Block) -> None:
        """Run one block; fails the test, with what it printed, when it does not succeed."""
        match block.language:
            case "python":
                file = self.folder / block.file_name
                file.write_text(block.text, encoding="utf-8")
                if not self._has_command(f"python {file.name}"):
                    self._run([self.python, file.name], block)
            case "sh":
                command = self._here(block.text)
                if STAYS.match(command):
                    self._stay(command)
                else:
                    self._run(["bash", "-euo", "pipefail", "-c", command], block)
            case "text" if self._follows_sh(block):
                assert comparable(block.text) == comparable(self.outputs[-1]), f"{self.page.path}:{block.line}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._staying:
            process.send_signal(signal.SIGTERM)
        for process in self._staying:
            output, _ = process.communicate(timeout=PATIENCE_S)
            self.outputs.append(output.decode())

    def _make_pip(self) -> None:
        # The environment has no pip of its own; that of the tests works on it.
        pip = self.folder / "bin" / "pip"
        pip.parent.mkdir()
        pip.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip --python "{self.python}" "$@"\n')
        pip.chmod(0o755)

    def _here(self, command: str) -> str:
        for text, here in self.replace.items():
            command = command.replace(text, here)
        return command

    def _run(self, command: list[str], block: Block) -> None:
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        where = f"{self.page.path}:{block.line}"
        assert done.returncode == 0, f"{where} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        assert done.stderr == "", f"{where} complained:\n{done.stderr}"
        self.outputs.append(done.stdout)

    def _stay(self, command: str) -> None:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._staying.append(process)
        while command.startswith("celery") and not _has_queue(self.folder / "broker.db"):
            assert process.poll() is None, process.communicate()[0].decode()
            time.sleep(0.05)
        port = _PORT.search(command)
        while port and not _listens(int(port[1])):
            assert process.poll() is None, process.communicate()[0].decode()

    def _has_command(self, words: str) -> bool:
        return any(block.language == "sh" and words in block.text for block in self.page.blocks)

    def _follows_sh(self, block: Block) -> bool:
        before = self.page.blocks.index(block) - 1
        return before >= 0 and self.page.blocks[before].language == "sh"


def _has_queue(broker: Path) -> bool:
    """Whether the worker has made its tables: where two processes make them at once, one fails."""
    try:
        with closing(sqlite3.connect(f"{broker.as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("SELECT 1 FROM kombu_queue WHERE name = 'celery'").fetchall())
    except sqlite3.OperationalError:
        return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    except ConnectionRefusedError:
        time.sleep(0.05)
        return False
    return True


def comparable(output: str) -> str:
    """An output without what differs each time: ids and durations."""
    return _DURATION.sub("0 ms", _ID.sub(r"wm_\1_0", output)).strip()

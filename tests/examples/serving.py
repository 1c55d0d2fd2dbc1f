"""A web example as a process of its own, served by uvicorn on a free port."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.wheel import environment


@dataclass
class Service:
    """A running example. `log` is everything it has said, complete once it has stopped."""

    port: int
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def complaints(self) -> list[str]:
        """The lines of the log that are not uvicorn's own information."""
        return [line for line in self.log if not line.startswith("INFO:")]


@contextmanager
def serving(python: Path, examples: Path, application: str, **variables: str) -> Iterator[Service]:
    """Serve `application`, a module beneath the examples; stopped as a deployment stops it, with SIGTERM."""
    process = subprocess.Popen(
        [python, examples / "serve.py", application],
        env=environment(PORT="0", **variables),
        cwd=examples.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        log = []
        try:
            for line in process.stdout:
                log.append(line.rstrip("\n"))
                found = re.search(r"running on http://127\.0\.0\.1:(\d+)", line)
                if found:
                    break
            else:
                raise AssertionError("\n".join(log))
            service = Service(int(found[1]), log)
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                log += process.communicate(timeout=PATIENCE_S)[0].splitlines()
            except subprocess.TimeoutExpired:
                process.kill()
                raise

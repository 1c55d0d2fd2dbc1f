"""What the workers of one test session have in common: a folder, and a backend that the first who needs it starts."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

Backend = TypeVar("Backend")


def folder_of_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of a whole session, in which each worker has one of its own."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@contextmanager
def shared(
    kind: type[Backend], start: Callable[[], AbstractContextManager[Backend]], folder: Path
) -> Iterator[Backend]:
    """Yield a server that one worker starts, and stops once all are done with it.

    Args:
        kind: its class; what it is made of are its attributes, and JSON.
        start: starts it. What this raises is raised in each worker that asks.
        folder: of the session.
    """
    name = kind.__name__.lower()
    file = folder / f"{name}.json"
    with ExitStack() as stack:
        starting, users = (
            stack.enter_context((folder / f"{name}.{what}").open("a+")) for what in ("starting", "users")
        )
        fcntl.lockf(starting, fcntl.LOCK_EX)
        fcntl.lockf(users, fcntl.LOCK_SH)
        if file.exists():
            backend = kind(**json.loads(file.read_text()))
        else:
            backend = stack.enter_context(start())
            file.write_text(json.dumps(vars(backend)))
            stack.callback(file.unlink)
            # Called first: all others have let go by then.
            stack.callback(fcntl.lockf, users, fcntl.LOCK_EX)
        fcntl.lockf(starting, fcntl.LOCK_UN)
        yield backend

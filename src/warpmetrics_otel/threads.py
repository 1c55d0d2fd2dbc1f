"""Background threads of ours: named, and daemons, so that no process waits for them when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def started(name: str, work: Callable[..., None], *arguments: Any) -> threading.Thread | None:
    """A thread at work; None where no more can be: the interpreter is exiting (from 3.12 on), or out of threads.

    Args:
        name: what it is for, which its own name ends with.
        work: what it does.
        arguments: of `work`.
    """
    thread = threading.Thread(target=work, args=arguments, name=f"warpmetrics-{name}", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread

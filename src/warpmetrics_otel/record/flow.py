"""Which thread and task is running: what one line of the agent's thought belongs to."""

from __future__ import annotations

import asyncio
import threading

Flow = tuple[int, int]


def flow() -> Flow:
    """A value that differs between threads and between tasks of one event loop."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return threading.get_ident(), 0
    return threading.get_ident(), id(task)

"""Which thread and task is running: what one line of the agent's thought belongs to."""

from __future__ import annotations

import asyncio
import itertools
import threading
import weakref
from typing import Any

Flow = int

_numbers = itertools.count(1)


class _Thread(threading.local):
    def __init__(self) -> None:
        self.number = next(_numbers)


# The numbers that the system gives to threads, and `id` to tasks, go to others once those are gone; these do not.
_thread = _Thread()
_tasks: weakref.WeakKeyDictionary[asyncio.Task[Any], int] = weakref.WeakKeyDictionary()


def flow() -> Flow:
    """A number that no other thread and no other task ever has."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return _thread.number
    if task is None:
        return _thread.number
    number = _tasks.get(task)
    if number is None:
        number = _tasks[task] = next(_numbers)
    return number

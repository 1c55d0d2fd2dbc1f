"""Which thread and task is running: what one line of the agent's thought belongs to."""

from __future__ import annotations

import itertools
import sys
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
_tasks: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


def flow() -> Flow:
    """A number that no other thread and no other task ever has."""
    # Importing asyncio would cost more than all of this package, and without it there are no tasks.
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return _thread.number
    # Asking for the task outside of a loop would raise, which costs more than asking for the loop first.
    loop = asyncio._get_running_loop()  # noqa: SLF001 -- in `asyncio.__all__`, made for this
    task = None if loop is None else asyncio.current_task(loop)
    if task is None:
        return _thread.number
    number = _tasks.get(task)
    if number is None:
        number = _tasks[task] = next(_numbers)
    return number


def is_cancellation(error: BaseException) -> bool:
    """Whether an exception is the cancellation of a task."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)

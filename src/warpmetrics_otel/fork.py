"""Which process this is, counted in forks.

Only the process that started a span may end it: a forked child inherits handles whose spans
belong to its parent. Comparing a number is cheaper than asking the system for the process id.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

generation = 0
"""How many forks lie between this process and the one that imported the package; read as `fork.generation`."""
_listeners: list[weakref.WeakMethod[Callable[[], Any]]] = []


def after_fork(listener: Callable[[], Any]) -> None:
    """Call a bound method in every forked child, for as long as its object lives."""
    _listeners[:] = [known for known in _listeners if known() is not None]
    _listeners.append(weakref.WeakMethod(listener))


def at_worker_exit(hook: Callable[[], object]) -> None:
    """Call this at the end of a `multiprocessing` child, which skips `atexit`; nothing is done in any other process."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, hook, exitpriority=0)


def _in_child() -> None:
    global generation  # noqa: PLW0603 -- one number for the process is the point
    generation += 1
    for known in _listeners:
        listener = known()
        if listener is not None:
            listener()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)

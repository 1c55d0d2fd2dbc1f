"""Which threads a test has left behind: others may end meanwhile, and some need a moment for it."""

import threading

from tests.patience import PATIENCE_S


def threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    """The threads that have come since those, and do not end."""
    new = set(threading.enumerate()) - before
    for thread in new:
        thread.join(PATIENCE_S)
    return [thread for thread in new if thread.is_alive()]

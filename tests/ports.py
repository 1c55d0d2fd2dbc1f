"""Ports for servers that have to be told theirs, in tests that run side by side."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

# Below those that the system gives out by itself: between asking for one and listening on it, any connection of another
# test could be given the same.
_RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nothing listens on; none of them is ever given again."""
    ports = list(itertools.islice(_LEFT, count))
    assert len(ports) == count, f"of {_RANGE} no {count} ports are left"
    return ports


def _unused() -> Iterator[int]:
    # Each worker has a share of its own: two that ask at the same moment, for servers that listen a second later, must
    # not be given the same.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = _RANGE[worker % workers :: workers]
    # From the system's randomness: two sessions on one machine must not look in the same places.
    for port in random.SystemRandom().sample(share, len(share)):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        yield port


_LEFT = _unused()

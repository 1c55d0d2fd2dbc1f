"""Ports for servers that have to be told theirs, in tests that run side by side."""

import contextlib
import random
import socket

# Below those that the system gives out by itself: between asking for one and listening on it, any connection of another
# test could be given the same.
_RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nothing listens on."""
    ports: list[int] = []
    # From the system's randomness: workers that seed theirs alike must not look in the same places.
    for port in random.SystemRandom().sample(_RANGE, len(_RANGE)):
        if len(ports) == count:
            break
        with contextlib.suppress(OSError):
            socket.create_server(("127.0.0.1", port)).close()
            ports.append(port)
    return ports

"""A port that is kept while nothing listens on it, so that the system gives it to nobody else meanwhile."""

from __future__ import annotations

import socket


class Place:
    """Keeps one port of 127.0.0.1 at a time."""

    def __init__(self) -> None:
        self._keeper: socket.socket | None = None

    def keep(self, port: int) -> None:
        """Have connections to a port refused, and nobody else find it free."""
        keeper = socket.socket()
        # Connections that were cut just now still have the port, and do not matter.
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            keeper.bind(("127.0.0.1", port))
        except OSError:
            # Some systems leave it to a child that was forked while the port was listened on: it is kept as well.
            keeper.close()
        else:
            self._keeper = keeper

    def leave(self) -> None:
        """Make the port free for whoever listens next."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.close()

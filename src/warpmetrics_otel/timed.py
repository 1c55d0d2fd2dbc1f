"""HTTP connections whose answers have to be complete in time.

A socket's timeout starts anew with every byte: a server that drips its answer, headers included, could hold a request
for hours.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Mapping
from typing import IO, Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Patience(io.RawIOBase):
    """Reads from a socket until the time that its timeout gives has passed in all."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        # Held rather than the socket alone: an answer outlives the connection's end.
        self._file = connection.makefile("rb", buffering=0)
        seconds = connection.gettimeout()
        self._until = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Read what there is. Raises TimeoutError when the time is over."""
        if self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer came too slowly")
            self._connection.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._file.close()
        super().close()


class _Patient:
    """A socket as `http.client` reads an answer from it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, _mode: str) -> IO[bytes]:
        return io.BufferedReader(_Patience(self._connection))


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        super().__init__(_Patient(sock), *args, **more)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def connections(
    *, proxy: str | None = None, proxy_headers: Mapping[str, str] | None = None, kept: int = 1
) -> PoolManager:
    """A pool that verifies certificates, and neither retries nor redirects by itself.

    Args:
        proxy: the address of an HTTP proxy; None for none, whatever the environment says.
        proxy_headers: sent to the proxy alone, such as for its password.
        kept: how many connections to a host are kept for the next requests.
    """
    pool = (
        PoolManager(retries=False, maxsize=kept)
        if proxy is None
        else ProxyManager(proxy, proxy_headers=proxy_headers, retries=False, maxsize=kept)
    )
    pool.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pool

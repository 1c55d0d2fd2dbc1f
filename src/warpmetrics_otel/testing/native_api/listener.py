"""The listening socket and the connections made to it, with TLS where asked for; ends without leaving any behind."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpmetrics_otel.testing.native_api.desk import Desk


class Listener(ThreadingHTTPServer):
    """Listens on a port of 127.0.0.1 from when it is made until `close`.

    Args:
        port: the port; 0 for a free one.
        desk: where requests go.
        handler: what serves a connection.
        tls: with a certificate, to speak TLS.
    """

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, port: int, desk: Desk, handler: Any, tls: ssl.SSLContext | None) -> None:
        self.desk = desk
        self.closing = threading.Event()
        self._tls = tls
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Refuse connections, cut those there are, and wait until all threads have ended."""
        self.closing.set()
        self.desk.wake()
        self.shutdown()
        self._thread.join()
        # A child forked while this listened has the same socket, which closing alone would leave open.
        _shut_down(self.socket)
        with self._lock:
            for connection in self._connections:
                _shut_down(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a new connection to a thread of its own."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its thread."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        with self._lock:
            if self.closing.is_set():
                return
            secure = self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
            self._connections.add(secure)
        try:
            if self._shakes_hands(secure):
                super().finish_request(secure, client_address)
        finally:
            self.shutdown_request(secure)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about broken connections, which are what this server is for."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _shakes_hands(self, secure: ssl.SSLSocket) -> bool:
        try:
            secure.do_handshake()
        except OSError:
            self.desk.count_failed_handshake()
            return False
        return True


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster, or the system wants listening sockets only closed.
        return

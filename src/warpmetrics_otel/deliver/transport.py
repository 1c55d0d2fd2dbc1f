"""One batch, one HTTP request to the native API.

Retrying, splitting and waiting are the pipeline's business; what an answer means is `verdict`'s.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib
import re
import sys
from typing import TYPE_CHECKING, Any

from warpmetrics_otel.deliver.verdict import Answer, Verdict, judge
from warpmetrics_otel.options import Key

if TYPE_CHECKING:
    import urllib3

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
_LONGEST_ANSWER = 4 << 20
"""Bytes of an answer that are read: one that tells of every entity is longer than one that counts them."""

_CHUNK = 65_536

_CREDENTIALS = re.compile(r"^(\w+://)[^/?#]*@")

_NEEDED = ("encodings.idna", "opentelemetry.metrics", "urllib3", "warpmetrics_otel.timed")


def prepare() -> None:
    """Import what the first request needs, not at import, but before there is a thread that would.

    A child that is forked while another thread imports a module waits for that module for ever.
    """
    for name in _NEEDED:
        importlib.import_module(name)


class Transport:
    """Speaks to one API address.

    Args:
        url: the API's address, such as ``https://api.warpmetrics.com``.
        api_key: the key, or a function that gives the current one: it is asked for every request.
        project_id: for keys of an organisation (``X-Project-Id``).
        version: ours (``X-SDK-Version``).
        seconds: the most to wait for a whole answer.
    """

    def __init__(
        self, url: str, api_key: Key, project_id: str | None, version: str, seconds: float = READ_SECONDS
    ) -> None:
        # Credentials in it would not be used, but shown in logs.
        self.url = _CREDENTIALS.sub(r"\1", url.strip()).rstrip("/")
        self._key = api_key
        self._project_id = project_id
        self._version = version
        self.seconds = seconds
        """The most to wait for a whole answer."""
        self._pool: urllib3.PoolManager | None = None
        self.used_key = ""
        """The key that the last request had."""

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def key(self) -> str:
        """The key in force. What a user's function raises is raised here."""
        key = self._key() if callable(self._key) else self._key
        # Files and secret stores like to end with a newline.
        return key.strip()

    def send(self, body: bytes) -> Answer:
        """Post a batch's envelope, which is JSON; never raises."""
        return self._request("POST", "/v1/events", body, self.seconds)

    def get(self, path: str, seconds: float = READ_SECONDS) -> Answer:
        """Ask for something, to see whether it is answered; never raises."""
        return self._request("GET", path, None, seconds)

    def put(self, path: str, body: bytes, seconds: float = READ_SECONDS) -> Answer:
        """Store something; never raises."""
        return self._request("PUT", path, body, seconds)

    def close(self) -> None:
        """Close kept connections; the next request opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()

    def start_afresh(self) -> None:
        """Called in a forked child: kept connections are the parent's, and are neither used nor closed here."""
        self._pool = None

    def _request(self, method: str, path: str, body: bytes | None, seconds: float) -> Answer:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError, LocationValueError

        from warpmetrics_otel.timed import connections

        try:
            headers = self._headers()
        except Exception as error:  # noqa: BLE001 -- the user's key function may raise anything
            return Answer(Verdict.TRANSIENT, f"api_key() raised {type(error).__name__}")
        if not self.url.lower().startswith(("http://", "https://")):
            return Answer(Verdict.REFUSED, "the address has no http:// or https://")
        if self._pool is None:
            self._pool = connections()
        try:
            with _not_instrumented():
                response = self._pool.request(
                    method,
                    self.url + path,
                    body=body,
                    headers=headers,
                    timeout=Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
                    # It would hand the key to another address.
                    redirect=False,
                    preload_content=False,
                )
                try:
                    answer = _read(response)
                finally:
                    # Goes back to the pool by itself when it was read to its end; with a rest nobody can use it.
                    response.close()
            if self.used_key:
                # Some proxies answer with the request that they do not like.
                answer = answer.replace(self.used_key.encode("latin-1"), b"[the key]")
        except LocationValueError as error:
            return Answer(Verdict.REFUSED, f"not an address: {_shown(error)}")
        except (HTTPError, OSError) as error:
            return Answer(Verdict.TRANSIENT, f"no answer: {_shown(error)}")
        except ValueError as error:
            # A header or address that cannot be sent at all will not become sendable.
            return Answer(Verdict.REFUSED, f"the request cannot be made: {type(error).__name__}")
        return judge(response.status, dict(response.headers), answer, datetime.datetime.now(datetime.UTC))

    def _headers(self) -> dict[str, str]:
        self.used_key = self.key()
        headers = {
            "Authorization": f"Bearer {self.used_key}",
            "Content-Type": "application/json",
            "X-SDK-Version": self._version,
            "User-Agent": f"warpmetrics-otel/{self._version}",
        }
        if self._project_id:
            headers["X-Project-Id"] = self._project_id
        return headers


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """The answer, as much of it as matters."""
    answer = bytearray()
    while len(answer) < _LONGEST_ANSWER:
        chunk = response.read(_CHUNK)
        if not chunk:
            break
        answer += chunk
    return bytes(answer)


def _shown(error: BaseException) -> str:
    # urllib3's messages name host and path, never headers.
    return f"{type(error).__name__}: {error}"[:300]


def _not_instrumented() -> contextlib.AbstractContextManager[Any]:
    """Keep HTTP instrumentation away from our own requests. Where its package is not loaded, nothing instruments."""
    utils = sys.modules.get("opentelemetry.instrumentation.utils")
    return utils.suppress_http_instrumentation() if utils is not None else contextlib.nullcontext()

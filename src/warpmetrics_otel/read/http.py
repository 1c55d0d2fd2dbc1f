"""GET requests to a backend: one bounded answer each, or a sentence that says what went wrong and what helps.

What an answer holds is for those who ask. A busy backend is asked again a few times; nothing else is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import urlencode

from warpmetrics_otel.read.asking import Asking, address, proxy_for
from warpmetrics_otel.read.source import SourceError
from warpmetrics_otel.read.words import printable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

MOST_BYTES = 512 * 1024 * 1024
"""Of one answer: a thousand big traces take less, and a runaway one must not take the machine."""

_CHUNK = 256 * 1024
_CONNECT_SECONDS = 5.0
_BUSY = frozenset({429, 502, 503, 504})
_PAUSES = (0.3, 1.0)
_LONGEST_PAUSE = 5.0
_KEPT = 8
_SHORTEST_SECRET = 6


class Answer(NamedTuple):
    """What came back: the status, the media type in lower case without its parameters, and the decompressed body."""

    status: int
    media: str
    body: bytes


class Http:
    """Asks one backend.

    Args:
        what: its name, such as `Jaeger`.
        url: its address, perhaps with a path.
        asking: headers, proxy and time-out.
        port: where it usually listens, for messages.
        most_bytes: the most that one answer may hold.
        pauses: seconds before a busy backend is asked again.

    Raises:
        SourceError: an address is none.
    """

    def __init__(
        self,
        what: str,
        url: str,
        asking: Asking,
        *,
        port: int,
        most_bytes: int = MOST_BYTES,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        found = address(url, what)
        self.url = found.url
        self.name = f"{what} at {found.url}"
        self._what = what
        self._port = port
        self._seconds = asking.seconds
        own = {**found.headers, **asking.headers}
        self._headers = {"user-agent": "warpmetrics-otel", "accept-encoding": "gzip", **own}
        self._proxy = proxy_for(found.url, asking.proxy)
        self._secrets = _secrets([*own.values(), *(self._proxy.headers.values() if self._proxy else ())])
        self._pool: PoolManager | None = None
        self._most_bytes = most_bytes
        self._pauses = pauses
        self.requests = 0
        """How many were made so far."""

    def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        accept: str = "application/json",
        may_fail: frozenset[int] = frozenset({404}),
    ) -> Answer:
        """Ask, and return the answer when its status is 200 or one of `may_fail`.

        Raises:
            SourceError: there is no answer, or another one.
        """
        for pause in (*self._pauses, None):
            answer, wait = self._once(path, query, accept)
            if answer.status not in _BUSY or pause is None or wait > _LONGEST_PAUSE:
                break
            time.sleep(max(pause, wait))
        if answer.status != 200 and answer.status not in may_fail:
            self._refused(answer)
        return answer

    def document(self, answer: Answer) -> dict[str, Any]:
        """The JSON object that an answer holds.

        Raises:
            SourceError: it holds none.
        """
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            self.misunderstood(answer)
        if not isinstance(document, dict):
            self.misunderstood(answer)
        return document

    def misunderstood(self, answer: Answer) -> NoReturn:
        """Say that something answers which is not this backend.

        Raises:
            SourceError: always.
        """
        if answer.media == "text/html" or answer.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html")):
            raise SourceError(f"{self.name} answered with a web page. {self._is_it()}")
        raise SourceError(
            f"{self.name} answered with what {self._what} does not say: {self._text(answer)!r}. {self._is_it()}"
        )

    def _once(self, path: str, query: Mapping[str, str | int] | None, accept: str) -> tuple[Answer, float]:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        self.requests += 1
        url = f"{self.url}{path}"
        if query:
            url += f"?{urlencode(query)}"
        try:
            response = self._connections().request(
                "GET",
                url,
                headers={**self._headers, "accept": accept},
                timeout=Timeout(connect=min(_CONNECT_SECONDS, self._seconds), read=self._seconds),
                redirect=False,
                preload_content=False,
            )
            try:
                return self._read(response)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            self._unreachable(error)

    def _connections(self) -> PoolManager:
        if self._pool is None:
            from warpmetrics_otel.timed import connections

            if self._proxy is None:
                self._pool = connections(kept=_KEPT)
            else:
                self._pool = connections(proxy=self._proxy.url, proxy_headers=self._proxy.headers, kept=_KEPT)
        return self._pool

    def _read(self, response: BaseHTTPResponse) -> tuple[Answer, float]:
        body = bytearray()
        while chunk := response.read(_CHUNK):
            body += chunk
            if len(body) > self._most_bytes:
                raise SourceError(
                    f"{self.name} answered with more than {self._most_bytes / 1e6:,.0f} MB. "
                    "Ask for less: a shorter time, one service, or a lower --limit."
                )
        media = (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if 300 <= response.status < 400:
            where = self._without_secrets(response.headers.get("Location") or "nowhere")
            raise SourceError(
                f"{self.name} sends on to {where} with status {response.status}, which is not followed: "
                "give that address, or what it needs to answer without a login (--header)."
            )
        return Answer(response.status, media, bytes(body)), _seconds(response.headers.get("Retry-After"))

    def _refused(self, answer: Answer) -> NoReturn:
        said = f": {self._text(answer)}" if answer.body and answer.media != "text/html" else ""
        match answer.status:
            case 401 | 403:
                raise SourceError(
                    f"{self.name} refused with status {answer.status}. Give what it asks for with "
                    "--header 'Authorization: …', or in WARPMETRICS_READ_HEADERS."
                )
            case 407:
                raise SourceError(f"The proxy on the way to {self.name} wants a user and a password in its URL.")
            case status if status in _BUSY:
                raise SourceError(f"{self.name} is busy or has trouble (status {status}{said}). Try again later.")
            case 404 | 405 | 415 | 426:
                raise SourceError(f"{self.name} answered with status {answer.status}{said}. {self._is_it()}")
            case status:
                raise SourceError(f"{self.name} answered with status {status}{said}.")

    def _unreachable(self, error: Exception) -> NoReturn:
        from warpmetrics_otel.read.http_errors import explained

        through = f" through the proxy {self._proxy.url}" if self._proxy is not None else ""
        raise SourceError(f"{self.name}{through} {explained(error, self._seconds)}. {self._is_it()}") from None

    def _text(self, answer: Answer) -> str:
        """The beginning of an answer, for messages."""
        return self._without_secrets(answer.body[:4000].decode("utf-8", "replace"))

    def _without_secrets(self, text: str) -> str:
        # Some proxies answer with the request that they do not like.
        for secret in self._secrets:
            text = text.replace(secret, "[a header]")
        return printable(text, 200)

    def _is_it(self) -> str:
        return f"Is this the address of {self._what}'s query API (usually port {self._port})?"


def _secrets(values: Iterable[str]) -> list[str]:
    """What must not be shown: the values of headers, and their parts, such as a token without `Bearer`."""
    parts = {part for value in values for part in (value, *value.split()) if len(part) >= _SHORTEST_SECRET}
    return sorted(parts, key=len, reverse=True)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdecimal() else 0.0

"""How a backend is asked: which headers go with it, through which proxy, and how long it is waited for.

Values of headers and passwords stay out of every message and repr.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from warpmetrics_otel.read.source import SourceError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Asking:
    """Settings of every request to a backend.

    `headers` have names in lower case. `proxy` is the address of an HTTP proxy; without one the environment decides
    (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`). `seconds` is the most to wait for an answer, `limit` the most traces to
    take of one search.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    seconds: float = 30.0
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that can be shown, and what of it cannot."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def address(url: str, what: str) -> Address:
    """Take the user and password out of a URL, as a header.

    Args:
        url: with `http://` or `https://`.
        what: whose it is, for the message.

    Raises:
        SourceError: it is no such URL.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        complete = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        example = "" if "://" in text or "@" in text else f": perhaps http://{text}"
        raise SourceError(f"The address of {what} has to be an http:// or https:// URL{example}.")
    place = parts.netloc.rpartition("@")[2]
    shown = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    if parts.username is None:
        return Address(shown)
    return Address(shown, {"authorization": _basic(unquote(parts.username), unquote(parts.password or ""))})


def proxy_for(url: str, named: str | None) -> Address | None:
    """The proxy that requests to `url` go through: the one that is named, else what the environment says.

    Raises:
        SourceError: its address is none.
    """
    parts = urlsplit(url)
    if named is None:
        proxies = getproxies()
        named = proxies.get(parts.scheme) or proxies.get("all")
        if named is None or proxy_bypass(parts.netloc):
            return None
    found = address(named if "://" in named else f"http://{named}", "the proxy")
    return Address(found.url, {f"proxy-{name}": value for name, value in found.headers.items()})


def headers_of(lines: Iterable[str]) -> dict[str, str]:
    """Headers given as `Name: value`, by their names in lower case.

    Raises:
        SourceError: one is not of that form; told by its number.
    """
    headers = {}
    for number, line in enumerate(lines, start=1):
        name, colon, value = line.partition(":")
        headers.update(_header(name, value, bool(colon), f"Header {number} is not of the form 'Name: value'"))
    return headers


def headers_from_variable(text: str, variable: str) -> dict[str, str]:
    """Headers given as `name=value,name=value`, by their names in lower case.

    Values are percent-encoded, as in OpenTelemetry's own variables.

    Raises:
        SourceError: one is not of that form; told by its number.
    """
    headers = {}
    for number, pair in enumerate(filter(str.strip, text.split(",")), start=1):
        name, equals, value = pair.partition("=")
        headers.update(_header(name, unquote(value), bool(equals), f"{variable}: pair {number} is not name=value"))
    return headers


def _header(name: str, value: str, complete: bool, complaint: str) -> dict[str, str]:
    name, value = name.strip(), value.strip()
    if not complete or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise SourceError(f"{complaint}. Its text is not shown, since it may hold a secret.")
    return {name.lower(): value}


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

"""The native API: whether it answers at its address, and whether it accepts the key."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from warpmetrics_otel.deliver import Answer, Verdict
from warpmetrics_otel.doctor.report import Finding, Status

HEALTH = "/health"
HARMLESS = "/v1/runs?limit=1"
_ABOUT_THE_KEY = (401, 403)


class Asked(Protocol):
    """The part of a transport that only asks."""

    def get(self, path: str, seconds: float) -> Answer:
        """Ask for something; never raises."""
        ...


def api_findings(transport: Asked, url: str, seconds: float) -> Iterator[Finding]:
    """Ask the API two harmless questions.

    Args:
        transport: the way to it.
        url: its address.
        seconds: the most to wait for each answer.
    """
    yield from _address(url)
    health = transport.get(HEALTH, seconds)
    if health.status is None:
        yield _silence(url, health)
        yield Finding("key", Status.UNKNOWN, "Whether the API accepts the key cannot be told.")
        return
    query = transport.get(HARMLESS, seconds)
    if health.verdict is Verdict.DELIVERED:
        yield Finding("API", Status.FINE, f"{url} answers.")
    elif query.verdict is Verdict.DELIVERED:
        yield Finding("API", Status.FINE, f"{url} answers, although not when asked for its health ({health.reason}).")
    elif _is_ill(health):
        yield Finding("API", Status.UNKNOWN, f"{url} is not in good health ({health.reason}).", "Try again later.")
    elif _is_ill(query) or query.status in _ABOUT_THE_KEY:
        yield Finding("API", Status.FINE, f"{url} answers.")
    else:
        yield Finding(
            "API",
            Status.CHANGE,
            f"{url} answers, but not as the API does ({health.reason}).",
            "Is WARPMETRICS_API_URL right? It takes an address without a path or a redirect.",
        )
    yield _acceptance(query)


def _silence(url: str, health: Answer) -> Finding:
    if health.verdict is Verdict.REFUSED:
        text = f"No request to {url} can be made ({health.reason})."
        return Finding("API", Status.CHANGE, text, "Key, project id or address have characters that cannot be sent.")
    return Finding(
        "API",
        Status.CHANGE,
        f"Nothing answers at {url} ({health.reason.removeprefix('no answer: ')}).",
        "Is WARPMETRICS_API_URL right, and is it reached from here (network, proxy, certificate)? Until it answers, "
        "what is recorded waits.",
    )


def _acceptance(query: Answer) -> Finding:
    if query.verdict is Verdict.DELIVERED:
        return Finding("key", Status.FINE, "The API accepts the key.")
    if query.status == 401:
        return Finding(
            "key",
            Status.CHANGE,
            f"The API refuses the key ({query.reason}).",
            "Was it revoked, cut when it was copied, or is it of another address? Set WARPMETRICS_API_KEY anew.",
        )
    if query.status == 403:
        return Finding(
            "key",
            Status.CHANGE,
            f"The key may not read this project ({query.reason}).",
            "Check WARPMETRICS_PROJECT_ID, and what the key is allowed to do.",
        )
    return Finding("key", Status.UNKNOWN, f"Whether the API accepts the key cannot be told ({query.reason}).")


def _is_ill(answer: Answer) -> bool:
    """Whether it is the API that answers, and is busy or broken."""
    return answer.verdict is Verdict.TRANSIENT and (answer.status is None or answer.status >= 300)


def _address(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        text = f"{url} is not encrypted: key and content can be read on the way."
        yield Finding("API", Status.CHANGE, text, "Use https://.")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

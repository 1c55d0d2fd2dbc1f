"""Whether anything listens where the environment says that OTLP goes. Nothing is sent there."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from warpmetrics_otel.doctor.report import Finding, Status
from warpmetrics_otel.record import exporters

_PORTS = {"http": 80, "https": 443}


def collector_findings(seconds: float) -> Iterator[Finding]:
    """Connect to the OTLP endpoint of the environment, if spans go there.

    Args:
        seconds: the most to wait.
    """
    endpoint = exporters.otlp_endpoint()
    if not endpoint or not any(name.startswith("otlp") for name in exporters.names()):
        return
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"http://{endpoint}")
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        host = port = None
    if host is None or port is None:
        text = f"{endpoint} is no address that can be looked at."
        yield Finding("collector", Status.UNKNOWN, text, "OTEL_EXPORTER_OTLP_ENDPOINT takes http://host:port.")
        return
    if _has_proxy(parts.scheme):
        text = f"{endpoint} is reached through a proxy; whether it answers cannot be told."
        yield Finding("collector", Status.NOTE, text)
        return
    try:
        socket.create_connection((host, port), seconds).close()
    except (OSError, UnicodeError) as error:
        yield Finding(
            "collector",
            Status.CHANGE,
            f"Nothing listens at {endpoint} ({type(error).__name__}).",
            "Start the collector or backend, or correct OTEL_EXPORTER_OTLP_ENDPOINT.",
        )
    else:
        yield Finding("collector", Status.FINE, f"Something listens at {endpoint}.")


def _has_proxy(scheme: str) -> bool:
    return any(
        os.environ.get(name) for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    )

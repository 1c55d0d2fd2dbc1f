"""The span exporters that the OpenTelemetry environment variables ask for.

Used only for a private provider: with a provider of their own, users have exporters already.
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
import urllib.parse
from functools import partial

from warpmetrics_otel.record.per_process import PerProcessExporter

logger = logging.getLogger("warpmetrics_otel")

_GROUP = "opentelemetry_traces_exporter"
_GRPC_PORT = 4317
_PROTOCOLS = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}


def from_environment() -> list[PerProcessExporter]:
    """Make the exporters that ``OTEL_TRACES_EXPORTER`` names; OTLP when only an OTLP endpoint is set.

    An exporter that cannot be made is reported by name and left out.
    """
    made = [_make(name) for name in names() if name != "none"]
    return [exporter for exporter in made if exporter is not None]


def names() -> list[str]:
    """The exporters that the environment asks for, as packages name them; `none` is left in."""
    named = [name.strip() for name in os.environ.get("OTEL_TRACES_EXPORTER", "").split(",") if name.strip()]
    if not named and otlp_endpoint():
        named = ["otlp"]
    return [_otlp_name() if name == "otlp" else name for name in named]


def is_installed(name: str) -> bool:
    """Whether an installed package provides the exporter of that name."""
    return bool(importlib.metadata.entry_points(group=_GROUP, name=name))


def asked_for() -> bool:
    """Whether the environment says anything of where spans go, ``none`` included."""
    return bool(os.environ.get("OTEL_TRACES_EXPORTER", "").strip() or otlp_endpoint())


def otlp_endpoint() -> str:
    """Where the environment says that OTLP goes; empty when it does not say."""
    return os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ""


def to_file(path: str | os.PathLike[str]) -> PerProcessExporter:
    """Make the exporter that appends OTLP JSON lines to a file.

    Raises:
        ImportError: the package that does it is not installed.
        OSError: the file cannot be opened.
    """
    try:
        from opentelemetry.exporter.otlp.json.file import FileSpanExporter
    except ImportError as error:
        message = 'otlp_file needs one more package: pip install "warpmetrics-otel[file]"'
        raise ImportError(message) from error
    return PerProcessExporter(partial(FileSpanExporter, os.fspath(path)))


def _port() -> int | None:
    endpoint = otlp_endpoint()
    try:
        return urllib.parse.urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").port
    except ValueError:
        # What is wrong with it, the exporter says.
        return None


def _otlp_name() -> str:
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if not protocol:
        # The specification's default is HTTP, the Python SDK's gRPC; the well-known port says which was meant.
        protocol = "grpc" if _port() == _GRPC_PORT else "http/protobuf"
    return _PROTOCOLS.get(protocol, protocol)


def _make(name: str) -> PerProcessExporter | None:
    found = list(importlib.metadata.entry_points(group=_GROUP, name=name))
    if not found:
        logger.warning("OTEL_TRACES_EXPORTER names %r, which no installed package provides; it is left out", name)
        return None
    try:
        return PerProcessExporter(found[0].load())
    except Exception:
        logger.exception("the span exporter %r could not be made; it is left out", name)
        return None

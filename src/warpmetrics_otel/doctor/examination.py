"""The order in which things are looked at, and that no key leaves."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import trace

from warpmetrics_otel.deliver import Transport
from warpmetrics_otel.doctor.collector import collector_findings
from warpmetrics_otel.doctor.heard import heard
from warpmetrics_otel.doctor.key import Key, key_in_force
from warpmetrics_otel.doctor.native import api_findings
from warpmetrics_otel.doctor.options import options_in_force, unread_variables
from warpmetrics_otel.doctor.report import Finding, Option, Report, Status
from warpmetrics_otel.doctor.spans import span_findings
from warpmetrics_otel.record import exporters
from warpmetrics_otel.record.settings import Settings
from warpmetrics_otel.secret import without_keys

_PACKAGES = ("warpmetrics-otel", "opentelemetry-sdk", "opentelemetry-exporter-otlp", "urllib3")


def examine(given: Mapping[str, Any], seconds: float = 5.0) -> Report:
    """Look at everything that decides where records go. Nothing is recorded, sent or changed.

    Args:
        given: the arguments of `configure()`.
        seconds: the most to wait for each answer: of the collector, and two of the API.

    Raises:
        TypeError, ValueError: as `configure()` does for these arguments.
    """
    with heard("warpmetrics_otel") as said:
        settings = Settings.read(given)
    key = key_in_force(settings.api_key, settings.project_id)
    findings = [Finding("options", Status.CHANGE, text, "Correct the variable, or unset it.") for text in said]
    findings += unread_variables()
    spool: list[Mapping[str, object]] = []
    if settings.enabled:
        findings += span_findings(settings, settings.tracer_provider or _global_provider())
        findings += collector_findings(seconds)
        findings += key.findings
        findings += _native(settings, key, seconds)
        findings += _spool(settings, key, spool)
    else:
        remedy = "Unset OTEL_SDK_DISABLED and WARPMETRICS_ENABLED, and leave enabled=False out."
        findings.append(Finding("recording", Status.CHANGE, "Nothing is recorded: it is switched off.", remedy))
    return _without_keys(
        Report(_versions(), tuple(options_in_force(settings, given, key.kind)), tuple(findings), tuple(spool)), key
    )


def _native(settings: Settings, key: Key, seconds: float) -> Iterator[Finding]:
    if not key.text:
        if "warpmetrics" in exporters.names():
            text = "OTEL_TRACES_EXPORTER names warpmetrics, which sends nothing without a key."
            yield Finding("key", Status.CHANGE, text, "Set WARPMETRICS_API_KEY.")
        return
    if not _is_address(settings.api_url):
        text = f"{settings.api_url} is no address."
        yield Finding("API", Status.CHANGE, text, "Correct WARPMETRICS_API_URL, or api_url.")
        return
    version = importlib.metadata.version("warpmetrics-otel")
    transport = Transport(settings.api_url, key.text, settings.project_id, version)
    try:
        yield from api_findings(transport, settings.api_url, seconds)
    finally:
        transport.close()
    if settings.native_content:
        text = f"Messages and responses of calls go to {settings.api_url}; native_content=False stops that."
        yield Finding("content", Status.NOTE, text)


def _spool(settings: Settings, key: Key, shown: list[Mapping[str, object]]) -> Iterator[Finding]:
    if settings.spool_dir is None:
        if key.text:
            text = "There is no spool: what waits for the native API is lost with the process."
            yield Finding("spool", Status.NOTE, text, "Set WARPMETRICS_SPOOL_DIR.")
        return
    try:
        from warpmetrics_otel.deliver.spool.destination import destination
        from warpmetrics_otel.deliver.spool.inventory import inventory
        from warpmetrics_otel.doctor import spool
    except ImportError as error:
        yield Finding("spool", Status.CHANGE, str(error), "Unset WARPMETRICS_SPOOL_DIR.")
        return
    directory = Path(settings.spool_dir)
    here = None
    if key.text and _is_address(settings.api_url):
        here = destination(settings.api_url, settings.project_id, key.text)
    try:
        stocks = inventory(directory)
    except OSError as error:
        text = f"The spool {directory} cannot be read ({error.strerror})."
        yield Finding("spool", Status.UNKNOWN, text, "Run this as the user whose programs write it.")
        return
    shown += map(spool.shown, stocks)
    yield from spool.spool_findings(stocks, directory, here)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _global_provider() -> trace.TracerProvider | None:
    provider = trace.get_tracer_provider()
    return None if isinstance(provider, trace.ProxyTracerProvider) else provider


def _versions() -> dict[str, str]:
    return {"Python": platform.python_version()} | {name: importlib.metadata.version(name) for name in _PACKAGES}


def _without_keys(report: Report, key: Key) -> Report:
    keys = [text for text in (key.text, (key.text or "").strip()) if text]

    def clean(text: str) -> str:
        return without_keys(text, keys)

    return Report(
        report.versions,
        tuple(Option(each.name, clean(each.value), each.source) for each in report.options),
        tuple(
            replace(each, text=clean(each.text), remedy=each.remedy and clean(each.remedy)) for each in report.findings
        ),
        tuple(_cleaned(report.spool, keys)),
    )


def _cleaned(stocks: Iterable[Mapping[str, object]], keys: list[str]) -> Iterator[Mapping[str, object]]:
    for stock in stocks:
        yield {name: without_keys(value, keys) if isinstance(value, str) else value for name, value in stock.items()}

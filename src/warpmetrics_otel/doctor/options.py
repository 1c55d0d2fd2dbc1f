"""Which options are not at their defaults, where they come from, and variables that nothing reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import PurePath

from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.doctor.report import Finding, Option, Status
from warpmetrics_otel.record.settings import Settings

_PREFIX = "WARPMETRICS_"
_OF_THE_COMMAND = {"WARPMETRICS_JAEGER_URL", "WARPMETRICS_READ_HEADERS", "WARPMETRICS_TEMPO_URL"}
_OF_OTHERS = frozenset({"WARPMETRICS_DEBUG", *_OF_THE_COMMAND})
"""Read by other tools of the vendor, and by the commands that read back."""
_WELL_KNOWN = ("OTEL_SERVICE_NAME", "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def options_in_force(settings: Settings, given: Mapping[str, object], kind_of_key: str) -> Iterator[Option]:
    """The options that were set.

    Args:
        settings: what is in force.
        given: the arguments of `configure()`.
        kind_of_key: all that may be said of the key.
    """
    for item in fields(Settings):
        variable = item.metadata["variable"]
        if item.name in given:
            source = "configure()"
        elif variable and os.environ.get(variable, "").strip():
            source = variable
        else:
            continue
        shown = kind_of_key if item.metadata["secret"] else _shown(getattr(settings, item.name))
        yield Option(item.name, shown, source)
    for variable in (*_ENDPOINTS, *_WELL_KNOWN):
        if text := os.environ.get(variable, "").strip():
            yield Option(variable, text, variable)


def unread_variables() -> Iterator[Finding]:
    """Variables that look like ours and are not."""
    known = {item.metadata["variable"] for kind in (Settings, MouthSettings) for item in fields(kind)} | _OF_OTHERS
    for name in sorted(os.environ):
        if name.startswith(_PREFIX) and name not in known:
            near = get_close_matches(name, sorted(filter(None, known)), 1, 0.8)
            remedy = f"Is {near[0]} meant?" if near else "Unset it."
            yield Finding("options", Status.CHANGE, f"Nothing reads the variable {name}.", remedy)


def _shown(value: object) -> str:
    if isinstance(value, (str, int, float, PurePath)) or value is None:
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={item}" for name, item in value.items())
    # What it holds may be anybody's secret.
    name = getattr(value, "__qualname__", None)
    return name if isinstance(name, str) else type(value).__qualname__

"""The options of `configure()` as keyword arguments, for type checkers. What they mean is in `settings`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from opentelemetry._logs import LoggerProvider
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import SpanContext, TracerProvider

from warpmetrics_otel.options import DeliveryOptions


class Options(DeliveryOptions, total=False):
    """Those of recording, and of delivery."""

    tracer_provider: TracerProvider | None
    logger_provider: LoggerProvider | None
    enabled: bool
    otlp_file: str | os.PathLike[str] | None
    set_global: bool
    events: Literal["span", "both"]
    span_content: bool
    meter_provider: MeterProvider | None
    classifications: Mapping[str, str]
    search_opts: int
    run_parent: Literal["current"] | Context | SpanContext | None
    caller_link: bool
    idle_timeout: float | None

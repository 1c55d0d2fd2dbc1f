"""The options of `configure()`: those of recording, one field an option, beside those of delivery.

`docs/configuration.md` is generated from them. Reading a setting never raises for a bad
environment variable (it is reported and ignored); a bad argument does raise.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from warpmetrics_otel.options import CONTENT_VARIABLE, NOT_NEGATIVE, DeliverySettings, Rule, boolean, option

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import SpanContext, TracerProvider

_CLASSES = ("success", "failure", "neutral")


def _content(text: str) -> bool:
    modes = {"NO_CONTENT": False, "SPAN_ONLY": True, "EVENT_ONLY": False, "SPAN_AND_EVENT": True}
    if text.upper() in modes:
        return modes[text.upper()]
    message = f"expected one of {', '.join(modes)}"
    raise ValueError(message)


def _classes(text: str) -> dict[str, str]:
    return dict(pair.rsplit("=", 1) for pair in text.split(",") if pair) if text else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(DeliverySettings):
    """Every option, checked. Construct with `read`."""

    tracer_provider: TracerProvider | None = option(
        None,
        "Where spans go. Default: the global provider if one is set, else a private one built from the environment.",
    )
    logger_provider: LoggerProvider | None = option(
        None, 'Where log events go with `events="both"`. Default: the global one.'
    )
    enabled: bool = option(
        True, "False makes every verb a no-op that returns valid handles.", "WARPMETRICS_ENABLED", boolean
    )
    otlp_file: str | os.PathLike[str] | None = option(
        None,
        "Also write spans to this file as OTLP JSON lines; needs the extra `file` (or `cli`).",
        "WARPMETRICS_OTLP_FILE",
    )
    set_global: bool = option(
        False,
        "Make the provider in use the global one, where none is set. Never done unasked.",
        "WARPMETRICS_SET_GLOBAL",
        boolean,
    )
    events: Literal["span", "both"] = option(
        "span",
        "`both` also emits outcomes and acts as OpenTelemetry log events.",
        "WARPMETRICS_EVENTS",
        rule=Rule(lambda value: value in ("span", "both"), "'span' or 'both'"),
    )
    span_content: bool = option(
        False,
        "Put messages and responses on call spans. The variable takes `NO_CONTENT`, `SPAN_ONLY`, `EVENT_ONLY` or "
        "`SPAN_AND_EVENT`.",
        CONTENT_VARIABLE,
        _content,
    )
    meter_provider: MeterProvider | None = option(
        None, "Where metrics of runs and of delivery go, with an `api_key`. Default: the global one."
    )
    classifications: Mapping[str, str] = option(
        {},
        "Outcome names to `success`, `failure` or `neutral`, beside the built-in ones; case does not matter. The "
        "variable takes `Shipped=success,Rejected=failure`.",
        "WARPMETRICS_CLASSIFICATIONS",
        _classes,
        Rule(lambda value: all(item in _CLASSES for item in value.values()), f"{', '.join(_CLASSES)} for each name"),
    )
    search_opts: int = option(
        16,
        "How many of an opts bag's values are copied to attributes of their own for search; 0 turns it off.",
        "WARPMETRICS_SEARCH_OPTS",
        int,
        NOT_NEGATIVE,
    )
    run_parent: Literal["current"] | Context | SpanContext | None = option(
        None,
        "`current` makes runs join the trace they are started in, instead of being a trace of their own.",
        "WARPMETRICS_RUN_PARENT",
        rule=Rule(
            lambda value: not isinstance(value, str) or value == "current", "'current', a Context or a SpanContext"
        ),
    )
    caller_link: bool = option(
        True,
        "Give the span a run was started in a link to the run.",
        "WARPMETRICS_CALLER_LINK",
        boolean,
    )
    idle_timeout: float | None = option(
        60.0,
        "Seconds after its last activity at which a run or group that has an outcome and is in no `with` block is "
        "ended; 0 turns it off.",
        "WARPMETRICS_IDLE_TIMEOUT",
        float,
        Rule(lambda value: (value or 0) >= 0, "seconds, 0 or more"),
    )

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Combine arguments with the environment; an argument that is given wins.

        Args:
            options: the keyword arguments of `configure()`; unknown ones raise TypeError.

        Raises:
            TypeError: an option that does not exist.
            ValueError: an argument with a value that makes no sense; it names the option and the remedy.
        """
        return cls.combined({**options, "enabled": False} if _sdk_disabled() else options)


def _sdk_disabled() -> bool:
    return os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"

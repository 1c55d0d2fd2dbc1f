"""The options of `configure()`: one field an option, with its environment variable and its default.

`docs/configuration.md` is generated from this file. Reading a setting never raises for a bad
environment variable (it is reported and ignored); a bad argument does raise.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from warpmetrics_otel.secret import without_keys

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import SpanContext, TracerProvider

    from warpmetrics_otel.translate.opts import Redact

logger = logging.getLogger("warpmetrics_otel")

CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off", "")
_CLASSES = ("success", "failure", "neutral")


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    message = "expected true or false"
    raise ValueError(message)


def _content(text: str) -> bool:
    modes = {"NO_CONTENT": False, "SPAN_ONLY": True, "EVENT_ONLY": False, "SPAN_AND_EVENT": True}
    if text.upper() in modes:
        return modes[text.upper()]
    message = f"expected one of {', '.join(modes)}"
    raise ValueError(message)


def _classes(text: str) -> dict[str, str]:
    return dict(pair.rsplit("=", 1) for pair in text.split(",") if pair) if text else {}


def _option(
    default: Any, about: str, variable: str | None = None, read: Callable[[str], Any] = str, *, secret: bool = False
) -> Any:
    metadata = {"about": about, "variable": variable, "read": read}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every option, checked. Construct with `read`."""

    tracer_provider: TracerProvider | None = _option(
        None,
        "Where spans go. Default: the global provider if one is set, else a private one built from the environment.",
    )
    logger_provider: LoggerProvider | None = _option(
        None, 'Where log events go with `events="both"`. Default: the global one.'
    )
    enabled: bool = _option(
        True, "False makes every verb a no-op that returns valid handles.", "WARPMETRICS_ENABLED", _boolean
    )
    otlp_file: str | os.PathLike[str] | None = _option(
        None,
        "Also write spans to this file as OTLP JSON lines; needs the extra `file` (or `cli`).",
        "WARPMETRICS_OTLP_FILE",
    )
    set_global: bool = _option(
        False,
        "Make the provider in use the global one, where none is set. Never done unasked.",
        "WARPMETRICS_SET_GLOBAL",
        _boolean,
    )
    events: Literal["span", "both"] = _option(
        "span",
        "`both` also emits outcomes and acts as OpenTelemetry log events.",
        "WARPMETRICS_EVENTS",
    )
    span_content: bool = _option(
        False,
        "Put messages and responses on call spans. The variable takes `NO_CONTENT`, `SPAN_ONLY`, `EVENT_ONLY` or "
        "`SPAN_AND_EVENT`.",
        CONTENT_VARIABLE,
        _content,
    )
    api_key: str | Callable[[], str] | None = _option(
        None,
        "The key of the native Warpmetrics API; with one, runs go there too. A function is asked for every request, so "
        "that keys may rotate.",
        "WARPMETRICS_API_KEY",
        secret=True,
    )
    api_url: str = _option(
        "https://api.warpmetrics.com",
        "The address of the native API.",
        "WARPMETRICS_API_URL",
    )
    project_id: str | None = _option(
        None,
        "The project, for keys of an organisation.",
        "WARPMETRICS_PROJECT_ID",
    )
    spool_dir: str | os.PathLike[str] | None = _option(
        None,
        "A folder in which what is accepted outlives the process until the native API has it.",
        "WARPMETRICS_SPOOL_DIR",
    )
    spool_max_bytes: int = _option(
        512 * 1024 * 1024,
        "The most bytes the spool takes on disk; beyond it the oldest go, counted.",
        "WARPMETRICS_SPOOL_MAX_BYTES",
        int,
    )
    max_pending: int = _option(
        100_000,
        "The most entities that wait in memory for the native API; beyond it the oldest go, counted.",
        "WARPMETRICS_MAX_PENDING",
        int,
    )
    max_pending_bytes: int = _option(
        64 * 1024 * 1024,
        "The most bytes that wait in memory for the native API, estimated; beyond it the oldest go, counted.",
        "WARPMETRICS_MAX_PENDING_BYTES",
        int,
    )
    native_content: bool = _option(
        True,
        "Send messages and responses to the native API. An explicit `NO_CONTENT` in "
        "`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` turns it off too.",
        "WARPMETRICS_NATIVE_CONTENT",
        _boolean,
    )
    meter_provider: MeterProvider | None = _option(
        None, "Where metrics of runs and of delivery go, with an `api_key`. Default: the global one."
    )
    redact: Redact | None = _option(
        None,
        "A function `(value, path) -> value` that sees every content and opts value before it goes anywhere.",
    )
    classifications: Mapping[str, str] = _option(
        {},
        "Outcome names to `success`, `failure` or `neutral`, beside the built-in ones; case does not matter. The "
        "variable takes `Shipped=success,Rejected=failure`.",
        "WARPMETRICS_CLASSIFICATIONS",
        _classes,
    )
    search_opts: int = _option(
        16,
        "How many of an opts bag's values are copied to attributes of their own for search; 0 turns it off.",
        "WARPMETRICS_SEARCH_OPTS",
        int,
    )
    run_parent: Literal["current"] | Context | SpanContext | None = _option(
        None,
        "`current` makes runs join the trace they are started in, instead of being a trace of their own.",
        "WARPMETRICS_RUN_PARENT",
    )
    caller_link: bool = _option(
        True,
        "Give the span a run was started in a link to the run.",
        "WARPMETRICS_CALLER_LINK",
        _boolean,
    )
    idle_timeout: float | None = _option(
        60.0,
        "Seconds after its last activity at which a run or group that has an outcome and is in no `with` block is "
        "ended; 0 turns it off.",
        "WARPMETRICS_IDLE_TIMEOUT",
        float,
    )

    def __post_init__(self) -> None:
        _require(self.events in ("span", "both"), "events", self.events, "'span' or 'both'")
        _require(self.search_opts >= 0, "search_opts", self.search_opts, "0 or more")
        _require(
            not isinstance(self.run_parent, str) or self.run_parent == "current",
            "run_parent",
            self.run_parent,
            "'current', a Context or a SpanContext",
        )
        _require(self.redact is None or callable(self.redact), "redact", self.redact, "a function (value, path)")
        _require((self.idle_timeout or 0) >= 0, "idle_timeout", self.idle_timeout, "seconds, 0 or more")
        _require(not isinstance(self.api_key, bytes), "api_key", "bytes", "a text, or a function that gives one")
        _require(self.api_url.startswith(("http://", "https://")), "api_url", self.api_url, "an http or https address")
        for option in ("spool_max_bytes", "max_pending", "max_pending_bytes"):
            _require(getattr(self, option) > 0, option, getattr(self, option), "1 or more")
        for name, classification in self.classifications.items():
            _require(classification in _CLASSES, f"classifications[{name!r}]", classification, " or ".join(_CLASSES))

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Settings:
        """Combine arguments with the environment; an argument that is given wins.

        Args:
            options: the keyword arguments of `configure()`; unknown ones raise TypeError.

        Raises:
            TypeError: an option that does not exist.
            ValueError: an argument with a value that makes no sense; it names the option and the remedy.
        """
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(options) - known)
        if unknown:
            message = f"unknown option {', '.join(unknown)}; the options are {', '.join(sorted(known))}"
            raise TypeError(message)
        values: dict[str, Any] = {}
        for item in fields(cls):
            if item.name not in options:
                _read_variable(item.name, item.metadata, values)
        values.update(options)
        if "native_content" not in values and os.environ.get(CONTENT_VARIABLE, "").strip().upper() == "NO_CONTENT":
            values["native_content"] = False
        if _sdk_disabled():
            values["enabled"] = False
        return cls(**values)


def _read_variable(name: str, metadata: Mapping[str, Any], values: dict[str, Any]) -> None:
    variable = metadata["variable"]
    text = os.environ.get(variable, "").strip() if variable else ""
    if not text:
        return
    try:
        value = metadata["read"](text)
        Settings(**{name: value})
    except (ValueError, TypeError) as error:
        # A key put into the wrong variable is still a key.
        logger.warning("%s=%r is ignored: %s", variable, without_keys(text), without_keys(str(error)))
        return
    values[name] = value


def _sdk_disabled() -> bool:
    return os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def _require(holds: bool, option: str, value: object, expected: str) -> None:
    if not holds:
        message = f"{option}={value!r} is not valid; use {expected}"
        raise ValueError(message)

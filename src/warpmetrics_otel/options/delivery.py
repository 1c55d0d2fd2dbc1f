"""The options of delivery to the native API: those of `configure()`, of the exporter and of the processor alike.

To add one, add a field and the same name to the typed dictionary below it; whoever takes options takes it from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self, TypedDict

from warpmetrics_otel.options.option import Rule, boolean, check, combine, option

if TYPE_CHECKING:
    from warpmetrics_otel.translate.opts import Redact

KEY_VARIABLE = "WARPMETRICS_API_KEY"
CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

Key = str | Callable[[], str]

_ADDRESS = Rule(
    lambda value: isinstance(value, str) and value.startswith(("http://", "https://")), "an http or https address"
)
_KEY = Rule(
    lambda value: value is None or isinstance(value, str) or callable(value), "a text, or a function that gives one"
)
_SOME = Rule(lambda value: value > 0, "1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """Every option of delivery, checked. Construct with `combined`, or from values alone."""

    api_key: Key | None = option(
        None,
        "The key of the native Warpmetrics API; with one, runs go there too. A function is asked for every request, so "
        "that keys may rotate.",
        KEY_VARIABLE,
        rule=_KEY,
        secret=True,
    )
    api_url: str = option(
        "https://api.warpmetrics.com",
        "The address of the native API.",
        "WARPMETRICS_API_URL",
        rule=_ADDRESS,
    )
    project_id: str | None = option(
        None,
        "The project, for keys of an organisation.",
        "WARPMETRICS_PROJECT_ID",
    )
    spool_dir: str | os.PathLike[str] | None = option(
        None,
        "A folder in which what is accepted outlives the process until the native API has it.",
        "WARPMETRICS_SPOOL_DIR",
    )
    spool_max_bytes: int = option(
        512 * 1024 * 1024,
        "The most bytes the spool takes on disk; beyond it the oldest go, counted.",
        "WARPMETRICS_SPOOL_MAX_BYTES",
        int,
        _SOME,
    )
    max_pending: int = option(
        100_000,
        "The most entities that wait in memory for the native API; beyond it the oldest go, counted.",
        "WARPMETRICS_MAX_PENDING",
        int,
        _SOME,
    )
    max_pending_bytes: int = option(
        64 * 1024 * 1024,
        "The most bytes that wait in memory for the native API, estimated; beyond it the oldest go, counted.",
        "WARPMETRICS_MAX_PENDING_BYTES",
        int,
        _SOME,
    )
    native_content: bool = option(
        True,
        "Send messages and responses to the native API. An explicit `NO_CONTENT` in "
        f"`{CONTENT_VARIABLE}` turns it off too.",
        "WARPMETRICS_NATIVE_CONTENT",
        boolean,
    )
    redact: Redact | None = option(
        None,
        "A function `(value, path) -> value` that sees every content and opts value before it goes anywhere.",
        rule=Rule(lambda value: value is None or callable(value), "a function (value, path)"),
    )
    infer_runs: bool = option(
        True,
        "Whether a trace of other instrumentation that holds an LLM call, and nothing of Warpmetrics, is a run there.",
        "WARPMETRICS_INFER_RUNS",
        boolean,
    )
    estimate_cost: bool = option(
        True,
        "Tell the native API what a call cost where nobody has said so, by its tokens; needs the extra `cost`.",
        "WARPMETRICS_ESTIMATE_COST",
        boolean,
    )

    def __post_init__(self) -> None:
        check(self)

    @classmethod
    def combined(cls, given: Mapping[str, Any]) -> Self:
        """Arguments and the environment together; an argument that is given wins.

        Raises:
            TypeError: an option that does not exist.
            ValueError: an argument with a value that makes no sense; it names the option and the remedy.
        """
        values = combine(cls, fields(cls), given)
        if "native_content" not in values and os.environ.get(CONTENT_VARIABLE, "").strip().upper() == "NO_CONTENT":
            values["native_content"] = False
        return cls(**values)


class DeliveryOptions(TypedDict, total=False):
    """The same as keyword arguments."""

    api_key: Key | None
    api_url: str
    project_id: str | None
    spool_dir: str | os.PathLike[str] | None
    spool_max_bytes: int
    max_pending: int
    max_pending_bytes: int
    native_content: bool
    redact: Redact | None
    infer_runs: bool
    estimate_cost: bool

"""The options of exporter and processor: as arguments, else from the environment, else their defaults.

They bear the names of the options of `configure()` that say the same, and read the same variables.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from warpmetrics_otel.deliver.connect import DEFAULT_URL, Connection, connect
from warpmetrics_otel.deliver.hold import HOLD_ENTITIES, HOLD_SECONDS
from warpmetrics_otel.deliver.transport import Key
from warpmetrics_otel.secret import without_keys

logger = logging.getLogger("warpmetrics_otel")

KEY_VARIABLE = "WARPMETRICS_API_KEY"
_CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Given(TypedDict, total=False):
    """The options, as keyword arguments; None stands for one that is not given."""

    api_key: Key | None
    """The key, or a function that gives the current one (``WARPMETRICS_API_KEY``)."""
    api_url: str | None
    """The API's address (``WARPMETRICS_API_URL``)."""
    project_id: str | None
    """The project, for keys of an organisation (``WARPMETRICS_PROJECT_ID``)."""
    spool_dir: str | os.PathLike[str] | None
    """A folder in which what is accepted outlives the process (``WARPMETRICS_SPOOL_DIR``)."""
    spool_max_bytes: int | None
    """The most bytes the spool takes on disk (``WARPMETRICS_SPOOL_MAX_BYTES``)."""
    max_pending: int | None
    """The most entities that wait in memory (``WARPMETRICS_MAX_PENDING``)."""
    max_pending_bytes: int | None
    """The most bytes that wait in memory, estimated (``WARPMETRICS_MAX_PENDING_BYTES``)."""
    native_content: bool | None
    """Whether messages and responses are sent (``WARPMETRICS_NATIVE_CONTENT``)."""
    hold_entities: int | None
    """How many entities wait for parents that have not come (``WARPMETRICS_HOLD_ENTITIES``)."""
    hold_seconds: float | None
    """How many seconds they do, before they are sent without them (``WARPMETRICS_HOLD_SECONDS``)."""


class Options(NamedTuple):
    """The options in force."""

    api_key: Key | None = None
    api_url: str = DEFAULT_URL
    project_id: str | None = None
    spool_dir: str | os.PathLike[str] | None = None
    spool_max_bytes: int = 512 * 1024 * 1024
    max_pending: int = 100_000
    max_pending_bytes: int = 64 * 1024 * 1024
    native_content: bool = True
    hold_entities: int = HOLD_ENTITIES
    hold_seconds: float = HOLD_SECONDS

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        """Combine arguments with the environment; an argument that is not None wins.

        Raises:
            TypeError: an option that does not exist.
            ValueError: an argument makes no sense. A variable that makes none is reported and ignored.
        """
        values = {name: value for name, value in given.items() if value is not None}
        _check(values)
        for name, (variable, read) in VARIABLES.items():
            text = os.environ.get(variable, "").strip()
            if name in values or not text:
                continue
            try:
                value = read(text)
                _check({name: value})
            except (ValueError, KeyError) as error:
                logger.warning("%s=%r is ignored: %s", variable, without_keys(text), without_keys(str(error)))
                continue
            values[name] = value
        if "native_content" not in values and os.environ.get(_CONTENT_VARIABLE, "").strip().upper() == "NO_CONTENT":
            values["native_content"] = False
        return cls(**values)

    def connect(self) -> Connection | None:
        """The pipeline that these options name; None without a key."""
        if self.api_key is None:
            return None
        return connect(
            api_key=self.api_key,
            api_url=self.api_url,
            project_id=self.project_id,
            spool_dir=self.spool_dir,
            spool_max_bytes=self.spool_max_bytes,
            max_pending=self.max_pending,
            max_pending_bytes=self.max_pending_bytes,
            says_content=self.native_content,
        )


VARIABLES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "api_key": (KEY_VARIABLE, str),
    "api_url": ("WARPMETRICS_API_URL", str),
    "project_id": ("WARPMETRICS_PROJECT_ID", str),
    "spool_dir": ("WARPMETRICS_SPOOL_DIR", Path),
    "spool_max_bytes": ("WARPMETRICS_SPOOL_MAX_BYTES", int),
    "max_pending": ("WARPMETRICS_MAX_PENDING", int),
    "max_pending_bytes": ("WARPMETRICS_MAX_PENDING_BYTES", int),
    "native_content": ("WARPMETRICS_NATIVE_CONTENT", lambda text: _TRUTH[text.lower()]),
    "hold_entities": ("WARPMETRICS_HOLD_ENTITIES", int),
    "hold_seconds": ("WARPMETRICS_HOLD_SECONDS", float),
}
"""The environment variable of each option, and how it is read."""


def _check(values: Mapping[str, Any]) -> None:
    key, url = values.get("api_key"), values.get("api_url")
    if key is not None and not isinstance(key, str) and not callable(key):
        message = f"api_key is a {type(key).__name__}; use a text, or a function that gives one"
        raise ValueError(message)
    if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
        message = f"api_url={url!r} is not valid; use an http or https address"
        raise ValueError(message)
    for name in ("spool_max_bytes", "max_pending", "max_pending_bytes"):
        if name in values and not values[name] > 0:
            message = f"{name}={values[name]!r} is not valid; use 1 or more"
            raise ValueError(message)
    for name in ("hold_entities", "hold_seconds"):
        if name in values and not values[name] >= 0:
            message = f"{name}={values[name]!r} is not valid; use 0 or more"
            raise ValueError(message)

"""One option: a dataclass field with its description, environment variable, and the rule that its values keep.

An argument that breaks its rule raises. A variable that does is reported and ignored, since a program must not stop
because of the environment it is started in.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, field, fields
from typing import Any, NamedTuple

from warpmetrics_otel.secret import without_keys

logger = logging.getLogger("warpmetrics_otel")

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


class Rule(NamedTuple):
    """What the values of an option must be."""

    holds: Callable[[Any], bool]
    """Whether a value keeps the rule."""
    expected: str
    """The rule in words, as they follow "use"."""


NOT_NEGATIVE = Rule(lambda value: value >= 0, "0 or more")


def option(
    default: Any,
    about: str,
    variable: str | None = None,
    read: Callable[[str], Any] = str,
    rule: Rule | None = None,
    *,
    secret: bool = False,
) -> Any:
    """A field that is an option.

    Args:
        default: its value when nothing is said.
        about: what it decides, in Markdown.
        variable: the environment variable that sets it, if one does.
        read: from the variable's text to the value; raises ValueError or TypeError when there is none.
        rule: what values must be.
        secret: whether its value may be shown nowhere.
    """
    metadata = {"about": about, "variable": variable, "read": read, "rule": rule, "secret": secret}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata, repr=not secret)


def boolean(text: str) -> bool:
    """True or false, as people write it in variables."""
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    message = "expected true or false"
    raise ValueError(message)


def check(settings: Any) -> None:
    """Hold every option of a dataclass against its rule.

    Raises:
        ValueError: one breaks it; the option, its value and the remedy are named.
    """
    for item in fields(settings):
        rule, value = item.metadata["rule"], getattr(settings, item.name)
        if rule is not None and not rule.holds(value):
            shown = type(value).__name__ if item.metadata["secret"] else repr(value)
            message = f"{item.name}={shown} is not valid; use {rule.expected}"
            raise ValueError(message)


def combine(kind: Callable[..., Any], options: tuple[Field[Any], ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments and the environment together; an argument wins.

    Args:
        kind: makes settings of values, and raises ValueError or TypeError for a value that makes no sense.
        options: the fields of those settings.
        given: the arguments.

    Raises:
        TypeError: an argument that is none of the options.
    """
    known = {item.name for item in options}
    unknown = sorted(set(given) - known)
    if unknown:
        message = f"unknown option {', '.join(unknown)}; the options are {', '.join(sorted(known))}"
        raise TypeError(message)
    values: dict[str, Any] = {}
    for item in options:
        if item.name not in given:
            _read_variable(kind, item, values)
    values.update(given)
    return values


def _read_variable(kind: Callable[..., Any], item: Field[Any], values: dict[str, Any]) -> None:
    variable = item.metadata["variable"]
    text = os.environ.get(variable, "").strip() if variable else ""
    if not text:
        return
    try:
        value = item.metadata["read"](text)
        kind(**{item.name: value})
    except (ValueError, TypeError) as error:
        # A key put into the wrong variable is still a key.
        logger.warning("%s=%r is ignored: %s", variable, without_keys(text), without_keys(str(error)))
        return
    values[item.name] = value

"""What translation reads of a call's data, whoever collected it: the form of `capture.CallData`, not imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class CallContent(Protocol):
    """What was said: the parts of a call's data that are not on its span unless somebody asked for that."""

    @property
    def messages(self) -> Any:
        """The request's ``messages`` or ``input``, in any form."""
        ...

    @property
    def instructions(self) -> Any:
        """Instructions given apart from the messages."""
        ...

    @property
    def response(self) -> str | None:
        """The answer's text."""
        ...

    @property
    def reasoning(self) -> str | None:
        """What the model showed of its reasoning."""
        ...

    @property
    def finish_reasons(self) -> Sequence[str] | None:
        """Why each answer ended."""
        ...

    @property
    def tools(self) -> Sequence[str] | None:
        """The names of the tools offered."""
        ...

    @property
    def tool_definitions(self) -> Any:
        """The tools offered, as they were given."""
        ...

    @property
    def tool_calls(self) -> Sequence[Mapping[str, Any]] | None:
        """The calls asked for: ``id``, ``name``, ``arguments``."""
        ...


class CallData(CallContent, Protocol):
    """All that is known of one request to a model."""

    @property
    def provider(self) -> str:
        """Who served it."""
        ...

    @property
    def request_model(self) -> str | None:
        """The model asked for."""
        ...

    @property
    def response_model(self) -> str | None:
        """The model that answered."""
        ...

    @property
    def tokens(self) -> Mapping[str, int | float] | None:
        """In the native shape."""
        ...

    @property
    def cost(self) -> float | None:
        """US dollars."""
        ...

    @property
    def started_ns(self) -> int:
        """Nanoseconds since the epoch."""
        ...

    @property
    def ended_ns(self) -> int:
        """Nanoseconds since the epoch."""
        ...

    @property
    def error(self) -> str | None:
        """What went wrong."""
        ...

    @property
    def error_type(self) -> str | None:
        """The class of what went wrong."""
        ...

    @property
    def by_hand(self) -> bool:
        """Whether it was recorded by hand: the native API then gets null for what is not known of a failed call."""
        ...

    @property
    def exact(self) -> bool:
        """Whether its duration was given, and is told with its fractions."""
        ...

"""What is known of one LLM call, whoever saw it: `warp()`, `record_call` or `start_call`.

This is plain data. Reading it out of a provider's objects is the business of the provider files
beside this one; writing it on a span is the business of `record`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class CallData:
    """One request to a model. Times are nanoseconds since the epoch; None means not known."""

    provider: str
    operation: str = "chat"
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    finish_reasons: list[str] | None = None
    request_parameters: dict[str, Any] | None = None
    """Request attributes by their GenAI name, such as ``gen_ai.request.temperature``."""
    messages: Any = None
    """The request's ``messages`` or ``input`` as the user gave them."""
    turns: tuple[str, ...] | None = None
    """The messages as roles and texts by turns, once they were looked through and are no more than that."""
    instructions: Any = None
    """Anthropic's ``system``, OpenAI Responses' ``instructions``; None when they are among the messages."""
    response: str | None = None
    reasoning: str | None = None
    """What the model showed of its reasoning."""
    tools: list[str] | None = None
    tool_definitions: Any = None
    """The request's ``tools`` as the user gave them."""
    tool_calls: list[dict[str, Any]] | None = None
    """``{"id", "name", "arguments"}``, arguments as JSON text."""
    tokens: dict[str, int | float] | None = None
    """The native shape: ``prompt``, ``completion``, ``total``, and ``cachedInput`` or ``cacheWrite``, ``cacheRead``."""
    reasoning_tokens: int | None = None
    cost: float | None = None
    stream: bool = False
    started_ns: int = 0
    ended_ns: int = 0
    first_chunk_ns: int | None = None
    error: str | None = None
    error_type: str | None = None
    server_address: str | None = None
    server_port: int | None = None
    bare: bool = False
    """Whether its messages, answer, tokens and times are all there is, beside who was asked: so it is with most, and
    nobody has to look for the rest."""
    by_hand: bool = False
    """Whether the user's code says all this, and not a client that was watched."""
    exact: bool = False
    """Whether the user's code says how long it took, and not a clock of ours."""

    @classmethod
    def said(cls, provider: str, operation: str, model: str) -> CallData:
        """A call that the user's code tells of. What nobody says of it is read from the class, which takes no time."""
        data = cls.__new__(cls)
        data.provider, data.operation, data.request_model, data.by_hand = provider, operation, model, True
        return data

    @property
    def failed(self) -> bool:
        """Whether the request failed."""
        return self.error is not None or self.error_type is not None


class Captured:
    """One request made through a `warp()`-ed client, from its start until somebody records it."""

    __slots__ = ("claim", "data", "done", "settle")

    def __init__(self, data: CallData) -> None:
        self.data = data
        self.done = False
        self.claim: Any = None
        """For the sink's own use: who asked for this call, and whether it was recorded."""
        self.settle: Callable[[], None] | None = None
        """Completes the data with what was seen so far and calls `Sink.finished`, once; for streams nobody reads on."""


class Sink(Protocol):
    """What `warp()` tells whoever records. Implemented by the recorder; none of these ever raises."""

    def enabled(self) -> bool:
        """Whether captured calls are wanted at all."""
        ...

    def started(self, captured: Captured) -> None:
        """A request is about to be sent, in the current context."""
        ...

    def returned(self, captured: Captured, key: object) -> None:
        """`key` is what the user's code gets for this request: a response, a stream, or the exception raised.

        May be called more than once, with other objects that stand for the same request.
        """
        ...

    def finished(self, captured: Captured) -> None:
        """`captured.data` is complete; `done` is True. Called exactly once, from any thread, never from a finalizer."""
        ...

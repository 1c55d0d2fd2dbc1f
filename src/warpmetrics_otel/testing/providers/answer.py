"""What is asked of the provider server and what it is to answer, free of any provider's format."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Api = Literal["openai.chat", "openai.responses", "openai.embeddings", "anthropic.messages"]


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are lower case."""

    api: Api
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def stream(self) -> bool:
        """Whether server-sent events were asked for."""
        return bool(self.body.get("stream"))

    @property
    def text(self) -> str:
        """All the text of the request, instructions first, one message a line."""
        instructions = self.body.get("instructions") or self.body.get("system") or ""
        return "\n".join(text for text in (_text(instructions), *self._messages()) if text)

    @property
    def prompt(self) -> str:
        """The text of the last message."""
        messages = self._messages()
        return messages[-1] if messages else ""

    def _messages(self) -> list[str]:
        given = self.body.get("messages", self.body.get("input", ""))
        return [_text(message) for message in (given if isinstance(given, list) else [given])]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(text for text in map(_text, value) if text)
    if isinstance(value, dict):
        return _text(value.get("text", value.get("content", value.get("output", ""))))
    return ""


@dataclass(frozen=True)
class ToolCall:
    """A tool the model wants called; `id` None lets the server number it."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer. `prompt` counts the cached ones too, as OpenAI does."""

    prompt: int
    completion: int
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0


class Hold:
    """A point where an answer waits: a stream after its first piece, a plain answer before its first byte."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._released = threading.Event()

    def release(self) -> None:
        """Let the answer go on."""
        self._released.set()

    def wait(self) -> None:
        """Block until `release`; called by the server."""
        self.reached.set()
        self._released.wait()


@dataclass(frozen=True)
class Answer:
    """What a model says, or how it fails.

    `status` other than 200 gives the provider's error body with `message`. `midway` breaks a stream
    after its first piece: with the provider's error event, or by cutting the connection. `finish` is
    the provider's own word and replaces the one that follows from the rest. Without `usage` words
    are counted as tokens.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    reasoning: str | None = None
    finish: str | None = None
    usage: Usage | None = None
    model: str | None = None
    status: int = 200
    message: str = "The server had an error while processing your request."
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: Hold | None = None
    midway: Literal["error", "cut"] | None = None

    def counted(self, request: Request) -> Usage:
        """The tokens to report for this answer to `request`."""
        if self.usage is not None:
            return self.usage
        said = f"{self.text} {self.refusal or ''} {self.reasoning or ''}"
        return Usage(prompt=max(1, len(request.text.split())), completion=max(1, len(said.split())))


def pieces(text: str) -> list[str]:
    """Cut a text into the parts in which it is streamed: a word and its space each."""
    words = text.split(" ")
    return [word + " " for word in words[:-1]] + [words[-1]] if text else []

"""`warp(client)`: the methods of a client that ask a model become ones that capture what is asked and answered.

The client itself stays the object and the type that it was; its resources get instance attributes
with the names of the methods. Which methods those are is in the table; how to read them is in the
provider files.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from warpmetrics_otel.capture import anthropic_messages, openai_chat, openai_responses
from warpmetrics_otel.capture.arguments import materialised
from warpmetrics_otel.capture.data import CallData, Sink
from warpmetrics_otel.capture.recording import Recording, unreadable
from warpmetrics_otel.capture.shape import Shape
from warpmetrics_otel.capture.stream import is_raw, is_stream, watch, watch_manager, watch_raw
from warpmetrics_otel.capture.suppress import Stepped, inner_context, inside, recorded_elsewhere

logger = logging.getLogger("warpmetrics_otel")

_RESOURCES: Mapping[str, tuple[tuple[str, Shape], ...]] = {
    "openai": (("chat.completions", openai_chat.SHAPE), ("responses", openai_responses.SHAPE)),
    "anthropic": (("messages", anthropic_messages.SHAPE), ("beta.messages", anthropic_messages.SHAPE)),
}
_REQUESTS = ("create", "parse")
_HELPER = "stream"
_COPIES = ("copy", "with_options")
_VIEWS = ("with_raw_response", "with_streaming_response")
# Who serves the model, where that is not the company whose client it is.
_PLATFORMS = {
    "AzureOpenAI": "azure.ai.openai",
    "AsyncAzureOpenAI": "azure.ai.openai",
    "AnthropicBedrock": "aws.bedrock",
    "AsyncAnthropicBedrock": "aws.bedrock",
    "AnthropicVertex": "gcp.vertex_ai",
    "AsyncAnthropicVertex": "gcp.vertex_ai",
}
_SINK = "warpmetrics_sink"

C = TypeVar("C")


def warp(client: C, sink: Sink) -> C:
    """Capture the calls made through an OpenAI or Anthropic client; returns the client itself.

    Warping again for the same sink changes nothing; for another sink, that one gets the calls. A
    client of another kind is returned as it is, with a warning.
    """
    kinds = type(client).__mro__
    package = next((name for name in _RESOURCES if any(kind.__module__.split(".")[0] == name for kind in kinds)), None)
    found = [
        (resource, shape)
        for path, shape in _RESOURCES.get(package or "", ())
        if (resource := _resource(client, path)) is not None
    ]
    if not found or not hasattr(client, "base_url"):
        logger.warning(
            "warp() got a %s.%s, which is no OpenAI or Anthropic client: its calls are not captured; record them with "
            "record_call() or start_call()",
            type(client).__module__,
            type(client).__qualname__,
        )
        return client
    provider = next((_PLATFORMS[kind.__name__] for kind in kinds if kind.__name__ in _PLATFORMS), None)
    for resource, shape in found:
        _capture_resource(client, resource, shape, sink, provider)
    for name in _COPIES:
        original = getattr(client, name, None)
        if original is not None and getattr(original, _SINK, None) is not sink:
            setattr(client, name, _copying(original, sink))
    return client


def _resource(client: Any, path: str) -> Any:
    thing = client
    for name in path.split("."):
        _forget_views(thing)
        thing = getattr(thing, name, None)
    _forget_views(thing)
    return thing if callable(getattr(thing, "create", None)) else None


def _forget_views(thing: Any) -> None:
    # Raw-response views are made once from the methods that are there then. Where the class can make
    # them anew, forget those from before.
    for name in _VIEWS:
        if hasattr(type(thing), name):
            vars(thing).pop(name, None)


def _capture_resource(client: Any, resource: Any, shape: Shape, sink: Sink, provider: str | None) -> None:
    def begin(kwargs: dict[str, Any], streamed: bool) -> Recording | None:
        if recorded_elsewhere() or not sink.enabled():
            return None
        data = _data(shape, kwargs)
        data.provider = provider or data.provider
        data.stream = streamed or kwargs.get("stream") is True
        data.server_address, data.server_port = _server(client)
        return Recording(sink, shape, data)

    # What the client is for, with or without `await`, is known from how it is closed.
    capturing = _async_request if hasattr(type(client), "__aexit__") else _sync_request
    for name, wrapper in (*((name, capturing) for name in _REQUESTS), (_HELPER, _helper)):
        original = getattr(resource, name, None)
        if original is not None and getattr(original, _SINK, None) is not sink:
            replacement = wrapper(original, begin)
            setattr(replacement, _SINK, sink)
            setattr(resource, name, replacement)


Begin = Callable[[dict[str, Any], bool], Recording | None]


def _sync_request(original: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(original)
    def request(*args: Any, **kwargs: Any) -> Any:
        kwargs = materialised(kwargs)
        recording = begin(kwargs, False)
        if recording is None:
            return original(*args, **kwargs)
        try:
            with inside(inner_context()):
                result = original(*args, **kwargs)
        except BaseException as error:
            recording.fail(error)
            raise
        received = _received(result, recording)
        if _unparsed(received):
            try:
                received.parse()
            except Exception:  # noqa: BLE001 -- raised again where the agent parses; what is left is to finish
                recording.settle()
        return received

    return request


def _async_request(original: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(original)
    async def request(*args: Any, **kwargs: Any) -> Any:
        kwargs = materialised(kwargs)
        recording = begin(kwargs, False)
        if recording is None:
            return await original(*args, **kwargs)
        try:
            result = await Stepped(original(*args, **kwargs), inner_context())
        except GeneratorExit as error:
            recording.leave(error)
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        received = _received(result, recording)
        if _unparsed(received):
            try:
                parsed = received.parse()
                if inspect.isawaitable(parsed):
                    await parsed
            except Exception:  # noqa: BLE001 -- raised again where the agent parses; what is left is to finish
                recording.settle()
        return received

    return request


def _received(result: Any, recording: Recording) -> Any:
    if is_stream(result):
        return watch(result, recording)
    if is_raw(result):
        return watch_raw(result, recording)
    recording.respond(result)
    return result


def _unparsed(received: Any) -> bool:
    # A raw response whose body is already read can be looked into at once; it keeps what it parsed.
    return is_raw(received) and bool(received.is_closed)


def _helper(original: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(original)
    def stream(*args: Any, **kwargs: Any) -> Any:
        kwargs = materialised(kwargs)
        return watch_manager(original(*args, **kwargs), lambda: begin(kwargs, True))

    return stream


def _copying(original: Callable[..., Any], sink: Sink) -> Callable[..., Any]:
    @wraps(original)
    def copy(*args: Any, **kwargs: Any) -> Any:
        return warp(original(*args, **kwargs), sink)

    setattr(copy, _SINK, sink)
    return copy


def _data(shape: Shape, kwargs: dict[str, Any]) -> CallData:
    extra = kwargs.get("extra_body")
    try:
        return shape.request({**kwargs, **extra} if isinstance(extra, Mapping) else kwargs)
    except Exception:  # noqa: BLE001 -- whatever it is, the request must be made
        unreadable(shape)
        return CallData(provider=shape.name.partition(".")[0])


def _server(client: Any) -> tuple[str | None, int | None]:
    url = client.base_url
    host = getattr(url, "host", None)
    return host, getattr(url, "port", None) or (443 if getattr(url, "scheme", "https") == "https" else 80)

"""The parts of one message: texts, tool calls, images and files in the forms of OpenAI and Anthropic."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Part = dict[str, Any]

_TEXTS = ("text", "input_text", "output_text", "summary_text")


def content_parts(content: Any) -> list[Part]:
    """The parts of a message's content, in order; nothing for None, one text for a text."""
    if content is None:
        return []
    if isinstance(content, list | tuple):
        return [_part(item) for item in content]
    return [_part(content)]


def text_part(text: str) -> Part:
    """A part that is a text."""
    return {"type": "text", "content": text}


def as_json(value: Any) -> str:
    """Any value as JSON, or as its representation where JSON has no form for it."""
    try:
        return json.dumps(value, ensure_ascii=False, default=as_text)
    except (TypeError, ValueError, RecursionError):
        return as_text(value)


def as_parsed(arguments: Any) -> Any:
    """Tool arguments as the value their JSON text stands for; other texts and values as they are."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def as_text(value: Any) -> str:
    """`str(value)`, or what can be said of a value whose own code cannot say it."""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 -- an object's own code, which may raise anything
        return f"<{type(value).__qualname__}: {type(error).__qualname__} when asked for its text>"


def _part(item: Any) -> Part:
    if isinstance(item, str):
        return text_part(item)
    if isinstance(item, Mapping):
        make = _KNOWN.get(as_text(item.get("type")))
        made = make(item) if make else None
        if made is not None:
            return made
    return text_part(as_json(item))


def _text(item: Mapping[str, Any]) -> Part | None:
    text = item.get("text", item.get("content"))
    return text_part(text) if isinstance(text, str) else None


def _refusal(item: Mapping[str, Any]) -> Part | None:
    return text_part(as_text(item.get("refusal")))


def _reasoning(item: Mapping[str, Any]) -> Part | None:
    return {"type": "reasoning", "content": as_text(item.get("thinking", item.get("content", "")))}


def _image_url(item: Mapping[str, Any]) -> Part | None:
    given = item.get("image_url")
    url = given.get("url") if isinstance(given, Mapping) else given
    if isinstance(url, str):
        return _located("image", url)
    return _stored("image", item.get("file_id"))


def _audio(item: Mapping[str, Any]) -> Part | None:
    audio = item.get("input_audio")
    if not isinstance(audio, Mapping):
        return None
    return _blob("audio", f"audio/{audio.get('format')}", audio.get("data"))


def _file(item: Mapping[str, Any]) -> Part | None:
    inner = item.get("file")
    file = inner if isinstance(inner, Mapping) else item
    if isinstance(file.get("file_data"), str):
        return _located("document", file["file_data"])
    if isinstance(file.get("file_url"), str):
        return _located("document", file["file_url"])
    return _stored("document", file.get("file_id"))


def _sourced(modality: str) -> Callable[[Mapping[str, Any]], Part | None]:
    def make(item: Mapping[str, Any]) -> Part | None:
        source = item.get("source")
        if not isinstance(source, Mapping):
            return None
        kind = source.get("type")
        if kind == "base64":
            return _blob(modality, source.get("media_type"), source.get("data"))
        if kind == "url" and isinstance(source.get("url"), str):
            return _located(modality, source["url"])
        if kind == "text" and isinstance(source.get("data"), str):
            return text_part(source["data"])
        return _stored(modality, source.get("file_id"))

    return make


def _located(modality: str, uri: str) -> Part:
    head, comma, content = uri.partition(",")
    if comma and head.startswith("data:") and head.endswith(";base64"):
        return _blob(modality, head[len("data:") : -len(";base64")], content)
    return {"type": "uri", "modality": modality, "uri": uri}


def _blob(modality: str, mime_type: Any, content: Any) -> Part:
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": content}


def _stored(modality: str, file_id: Any) -> Part | None:
    return {"type": "file", "modality": modality, "file_id": file_id} if isinstance(file_id, str) else None


def _tool_use(item: Mapping[str, Any]) -> Part | None:
    return {
        "type": "tool_call",
        "id": item.get("id"),
        "name": as_text(item.get("name") or ""),
        "arguments": item.get("input"),
    }


def _tool_result(item: Mapping[str, Any]) -> Part | None:
    return {"type": "tool_call_response", "id": item.get("tool_use_id"), "response": item.get("content")}


_KNOWN: dict[str, Callable[[Mapping[str, Any]], Part | None]] = {
    **dict.fromkeys(_TEXTS, _text),
    "refusal": _refusal,
    "thinking": _reasoning,
    "reasoning": _reasoning,
    "image_url": _image_url,
    "input_image": _image_url,
    "input_audio": _audio,
    "file": _file,
    "input_file": _file,
    "image": _sourced("image"),
    "document": _sourced("document"),
    "tool_use": _tool_use,
    "tool_result": _tool_result,
}

"""What a file of spans is made of, told from its first bytes, and the messages in it.

A name says little: the Collector's file exporter writes JSON lines and protobuf under any. Nothing here knows what
a message says.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from enum import Enum
from gzip import BadGzipFile, GzipFile
from typing import IO

HEAD = 16
"""How many of the first bytes tell."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_RESOURCE_SPANS = 0x0A
_LONGEST_VARINT = 10


class Framing(Enum):
    """How messages follow each other in a file."""

    LINES = "JSON lines"
    MESSAGE = "one protobuf message"
    LENGTHS = "protobuf after four bytes of length"
    VARINTS = "protobuf after a varint of length"


class TornError(ValueError):
    """A file ends, or goes on as nothing that is known, in the middle of a message."""


def decompressed(file: io.BufferedReader) -> io.BufferedReader:
    """What a file holds, through gzip where it is gzipped.

    Raises:
        TornError: it is compressed with zstd, which this cannot read.
    """
    head = file.peek(HEAD)
    if head.startswith(_GZIP):
        return io.BufferedReader(_Gunzipped(file), buffer_size=1 << 18)
    if head.startswith(_ZSTD):
        raise TornError("compressed with zstd: decompress it first, or have it gzipped")
    return file


def framing_of(head: bytes) -> Framing:
    """How a file is framed that begins so.

    A line feed and `{` may begin either JSON lines or a message of 123 bytes; what comes next differs.
    """
    if not head:
        return Framing.LINES
    first = head[0]
    if first == _RESOURCE_SPANS and not _is_json(head):
        return Framing.MESSAGE
    # No protobuf message begins with a field of number 0, and no text with a control character.
    if first < 0x08:
        return Framing.LENGTHS
    if not _is_json(head):
        length = next((number for number, byte in enumerate(head[:_LONGEST_VARINT]) if byte < 0x80), None)
        if length is not None and head[length + 1 : length + 2] == bytes([_RESOURCE_SPANS]):
            return Framing.VARINTS
    return Framing.LINES


def messages(file: IO[bytes], framing: Framing) -> Iterator[bytes]:
    """The messages of a file that is not of lines, one after the other, as serialized `TracesData`.

    Raises:
        TornError: the file ends in the middle of one, or is damaged.
    """
    read = {Framing.LENGTHS: _after_length, Framing.VARINTS: _after_varint, Framing.MESSAGE: _of_message}[framing]
    while (message := read(file)) is not None:
        if message.startswith(_ZSTD):
            raise TornError("its messages are compressed with zstd: have them written uncompressed or gzipped")
        yield message


def _is_json(head: bytes) -> bool:
    text = head.lstrip()
    # After `{` protobuf has the tag of a field of `ResourceSpans`, which is a control character.
    return text[:1] == b"{" and (len(text) == 1 or text[1:2] in b'" }\t\r' or text[1:3] == b"\n ")


def _after_length(file: IO[bytes]) -> bytes | None:
    length = file.read(4)
    if not length:
        return None
    if len(length) < 4:
        raise TornError("the file ends in the middle of a message")
    return _exactly(file, int.from_bytes(length, "big"))


def _after_varint(file: IO[bytes]) -> bytes | None:
    length = _varint(file)
    return None if length is None else _exactly(file, length[0])


def _of_message(file: IO[bytes]) -> bytes | None:
    """The next field of one long message: each of them alone is a message too, so that not all has to be held."""
    tag = file.read(1)
    if not tag:
        return None
    length = _varint(file) if tag[0] == _RESOURCE_SPANS else None
    if length is None:
        raise TornError("not OTLP protobuf")
    return tag + length[1] + _exactly(file, length[0])


def _varint(file: IO[bytes]) -> tuple[int, bytes] | None:
    read = b""
    while len(read) < _LONGEST_VARINT:
        byte = file.read(1)
        if not byte:
            break
        read += byte
        if byte[0] < 0x80:
            return sum((each & 0x7F) << 7 * place for place, each in enumerate(read)), read
    if not read:
        return None
    raise TornError("the file ends in the middle of a message")


def _exactly(file: IO[bytes], length: int) -> bytes:
    message = file.read(length)
    if len(message) < length:
        raise TornError("the file ends in the middle of a message")
    return message


class _Gunzipped(io.RawIOBase):
    """A gzipped file that says what is wrong with it in one way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = GzipFile(fileobj=file)

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read what there is. Raises TornError where gzip's data ends too early or is damaged."""
        try:
            read = self._file.read1(len(buffer))
        except EOFError as error:
            raise TornError("the gzipped file ends in the middle") from error
        except (BadGzipFile, zlib.error) as error:
            raise TornError(f"the gzipped file is damaged: {error}") from error
        buffer[: len(read)] = read
        return len(read)

"""Native Warpmetrics ids, the trace and span ids that follow from them, and portable refs.

Everything here is a pure function of its arguments, except `mint`, which draws randomness.
A native id is ``wm_{run,grp,call,oc,act}_{ulid}``; a portable ref is that id with a W3C
traceparent and what the follow-up chain needs, in one string.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from time import time_ns
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    import hashlib

RUN = "run"
GROUP = "grp"
CALL = "call"
OUTCOME = "oc"
ACT = "act"
PREFIXES = (RUN, GROUP, CALL, OUTCOME, ACT)

STATE_KEY = "warpmetrics"
"""The entry of a trace state that says beneath which run a span is."""
STATE_OF_ROOT = "run"
"""What it says where that run is the root of the trace, and so has its id from it; else it is the run's id."""

MAX_REF_LENGTH = 512
_MAX_ENCODED_NAME = 120
_LOW_64 = (1 << 64) - 1
_CROCKFORD = b"0123456789abcdefghjkmnpqrstvwxyz" * 8
_BASE32HEX = b"0123456789abcdefghijklmnopqrstuv" * 8
_DIGITS = _CROCKFORD[:32].decode()
_FROM_CROCKFORD = bytes.maketrans(_CROCKFORD[:32], _BASE32HEX[:32])
_ULID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}", re.ASCII)
# No id in the wild comes near 256 characters; a longer one could not be part of a ref.
_NATIVE_ID = re.compile(r"wm_(run|grp|call|oc|act)_([^@;\s]{1,256})")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?", re.ASCII)
_INVALID_VERSION = "ff"


def mint(prefix: str) -> tuple[str, int]:
    """Make a new id: the id and the 128 bits of its ULID.

    The random part is fresh from the operating system for every id, so that forked children
    never repeat an id and the low 64 bits (the span id) are uniformly distributed.
    """
    milliseconds = time_ns() // 1_000_000
    # Five bits of each of 16 random bytes; the library's own encoder takes four times as long, seven times a run.
    raw = os.urandom(16)
    random = int(raw.translate(_BASE32HEX), 32)
    if not random & _LOW_64:
        return mint(prefix)
    return f"wm_{prefix}_{_encoded_time(milliseconds)}{raw.translate(_CROCKFORD).decode()}", milliseconds << 80 | random


@lru_cache(maxsize=8)
def _encoded_time(milliseconds: int) -> str:
    rest, digits = milliseconds & 0xFFFFF, _DIGITS
    last = f"{digits[rest >> 15]}{digits[rest >> 10 & 31]}{digits[rest >> 5 & 31]}{digits[rest & 31]}"
    return _encoded_hour(milliseconds >> 20) + last


@lru_cache(maxsize=8)
def _encoded_hour(number: int) -> str:
    """The first six letters of a ULID, the same for 1,048,576 ms: few ids share the four that follow."""
    from ulid import base32  # costs as much to import as half of this package, and is wanted at the first verb

    return base32.encode_timestamp((number << 20).to_bytes(6, "big"))[:6].lower()


def kind_of(native_id: str) -> str | None:
    """The prefix of a native id (``run``, ``grp``, ``call``, ``oc`` or ``act``), or None for any other string."""
    match = _NATIVE_ID.fullmatch(native_id)
    return match[1] if match else None


def bits_of(native_id: str) -> int:
    """The 128 bits an id stands for; neither they nor their low 64 are ever zero.

    A canonical lower-case ULID suffix gives its own bits, anything else BLAKE2b-128 of the whole id.
    """
    suffix = native_id.split("_", 2)[-1]
    if _ULID.fullmatch(suffix):
        number = int(suffix.encode().translate(_FROM_CROCKFORD), 32)
        if number & _LOW_64:
            return number
    return _hashed(native_id.encode("utf-8", "surrogatepass"))


def trace_id_of(native_id: str) -> int:
    """The trace id of a run with this id, as long as the run is the root of its trace."""
    return bits_of(native_id)


def span_id_of(native_id: str) -> int:
    """The span id of the entity with this id; of a carrier, from its outcome's or act's id."""
    return bits_of(native_id) & _LOW_64


def run_id_of_trace(trace_id: int) -> str:
    """The id of the run that a trace is, when the trace id is all there is."""
    return f"wm_{RUN}_{_ulid_text(trace_id)}"


def run_of_state(trace_id: int, said: str | None) -> str | None:
    """The run that a trace is of, as the entry `STATE_KEY` of a span's trace state says; None where it names none."""
    if said == STATE_OF_ROOT:
        return run_id_of_trace(trace_id)
    return said if said is not None and kind_of(said) == RUN else None


def derived(prefix: str, trace_id: int, span_id: int, more: bytes = b"") -> str:
    """The id of what somebody else's span stands for: the same whoever asks, for it follows from the span's context.

    Args:
        prefix: what it stands for.
        trace_id: the span's trace.
        span_id: the span's id.
        more: tells apart what stands on one span, such as its outcomes.
    """
    return f"wm_{prefix}_{_ulid_text(_hashed(trace_id.to_bytes(16, 'big') + span_id.to_bytes(8, 'big') + more))}"


def is_run_of_trace(trace_id: int, span_id: int) -> bool:
    """Whether a span is the root that a Warpmetrics run has in a trace of its own, as its ids alone tell."""
    return span_id == trace_id & _LOW_64


def _ulid_text(number: int) -> str:
    # All digits move apart at once, by halves: the library's own encoder takes six times as long.
    number = number & _LOW_16 | (number & _HIGH_16) << 48
    number = number & _LOW_8 | (number & _HIGH_8) << 24
    number = number & _LOW_4 | (number & _HIGH_4) << 12
    number = number & _LOW_2 | (number & _HIGH_2) << 6
    number = number & _LOW_1 | (number & _HIGH_1) << 3
    return number.to_bytes(26, "big").translate(_CROCKFORD).decode()


def _low_digits(digits: int) -> int:
    """The bits of so many digits of five bits, at the low end of every block of twice as many bytes."""
    return sum(((1 << 5 * digits) - 1) << 8 * start for start in range(0, 32, 2 * digits))


def _hashed(data: bytes) -> int:
    blake2b = _blake2b()
    number = int.from_bytes(blake2b(data, digest_size=16).digest(), "big")
    salt = 0
    while not number & _LOW_64:
        salt += 1
        number = int.from_bytes(blake2b(data, digest_size=16, salt=salt.to_bytes(16, "big")).digest(), "big")
    return number


@cache
def _blake2b() -> type[hashlib.blake2b]:
    import hashlib  # loads OpenSSL, for ids that a program without other people's spans hardly ever sees

    return hashlib.blake2b


@dataclass(frozen=True, slots=True)
class Ref:
    """What a portable ref says. Keys that are not known are None."""

    id: str
    trace_id: int | None = None
    span_id: int | None = None
    flags: int = 0
    chain_id: str | None = None
    position: int | None = None
    run_id: str | None = None
    outcome_id: str | None = None
    outcome_name: str | None = None
    act_name: str | None = None

    def __str__(self) -> str:
        text = self.id
        if self.trace_id is not None and self.span_id is not None:
            text += f"@00-{self.trace_id:032x}-{self.span_id:016x}-{self.flags:02x}"
        pairs = (
            ("c", self.chain_id),
            ("n", None if self.position is None else str(self.position)),
            ("r", self.run_id),
            ("o", self.outcome_id),
            ("q", None if self.outcome_name is None else _encode_name(self.outcome_name)),
            ("a", None if self.act_name is None else _encode_name(self.act_name)),
        )
        for key, value in pairs:
            if value is not None and len(text) + len(value) + 3 <= MAX_REF_LENGTH:
                text += f";{key}={value}"
        return text


def parse_ref(text: str) -> Ref | None:
    """Read a native id or a portable ref; None when the string is neither.

    A part that cannot be understood is left out; the id is always kept.
    """
    head, *pairs = text.split(";")
    native_id, _, traceparent = head.partition("@")
    if kind_of(native_id) is None:
        return None
    ref = Ref(native_id)
    parsed = parse_traceparent(traceparent)
    if parsed:
        ref = replace(ref, trace_id=parsed[0], span_id=parsed[1], flags=parsed[2])
    values = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    position = values.get("n", "")
    return replace(
        ref,
        chain_id=_native(values.get("c"), RUN),
        position=int(position) if position.isascii() and position.isdecimal() and len(position) < 10 else None,
        run_id=_native(values.get("r"), RUN),
        outcome_id=_native(values.get("o"), OUTCOME),
        outcome_name=unquote(values["q"]) if "q" in values else None,
        act_name=unquote(values["a"]) if "a" in values else None,
    )


def parse_traceparent(text: str) -> tuple[int, int, int] | None:
    """Read a W3C traceparent (Trace Context Level 2): trace id, span id and flags, or None when it is not valid."""
    match = _TRACEPARENT.fullmatch(text)
    if match is None or match[1] == _INVALID_VERSION:
        return None
    trace_id, span_id = int(match[2], 16), int(match[3], 16)
    return (trace_id, span_id, int(match[4], 16)) if trace_id and span_id else None


def _native(value: str | None, prefix: str) -> str | None:
    return value if value is not None and kind_of(value) == prefix else None


def _encode_name(name: str) -> str:
    encoded = quote(name.encode("utf-8", "replace"), safe=" ").replace(" ", "%20")
    if len(encoded) <= _MAX_ENCODED_NAME:
        return encoded
    # Cut whole characters, not bytes: half of a multi-byte character would read back as a replacement mark.
    kept = name
    while len(encoded) > _MAX_ENCODED_NAME:
        kept = kept[: min(len(kept) - 1, _MAX_ENCODED_NAME)]
        encoded = quote(kept.encode("utf-8", "replace"), safe="")
    return encoded


_LOW_16, _LOW_8, _LOW_4, _LOW_2, _LOW_1 = map(_low_digits, (16, 8, 4, 2, 1))
_HIGH_16, _HIGH_8, _HIGH_4, _HIGH_2, _HIGH_1 = _LOW_16 << 80, _LOW_8 << 40, _LOW_4 << 20, _LOW_2 << 10, _LOW_1 << 5

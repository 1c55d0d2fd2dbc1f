"""What urllib3 raises, in words for someone who typed an address. Neither headers nor passwords are in them."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Iterator

from urllib3 import exceptions


def explained(error: Exception, seconds: float) -> str:
    """What a request failed with, to stand after the name of what was asked.

    Args:
        error: what urllib3 raised.
        seconds: how long an answer was waited for.
    """
    causes = list(_causes(error))
    words = next((each for each in map(_secure, causes) if each), None)
    words = words or next((each for each in map(_in_words, causes) if each), None)
    if words is None:
        number = next((each.errno for each in causes if isinstance(each, OSError) and each.errno), None)
        reason = os.strerror(number).lower() if number else type(error).__name__
        words = f"cannot be reached: {reason}"
    return words.format(seconds=seconds)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, each once, the outermost first."""
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def _secure(error: BaseException) -> str | None:
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"has a certificate that cannot be verified ({error.verify_message}): "
                "SSL_CERT_FILE names a file of further authorities"
            )
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "HTTP_REQUEST" | "RECORD_LAYER_FAILURE"):
            return "speaks no TLS: perhaps its address begins with http://"
        case ssl.SSLError():
            return f"cannot be spoken to securely ({error.reason or 'TLS failed'})"
    return None


def _in_words(error: BaseException) -> str | None:
    match error:
        case exceptions.NameResolutionError():
            return "cannot be reached: its host name has no address"
        case exceptions.ReadTimeoutError() | TimeoutError():
            return "did not answer within {seconds:g} s. Ask for less, or wait longer with --timeout"
        case exceptions.NewConnectionError():
            return None
        case exceptions.ConnectTimeoutError():
            return "cannot be reached: nothing accepts the connection"
        case exceptions.IncompleteRead() | http.client.IncompleteRead():
            return "broke off in the middle of its answer"
        case exceptions.DecodeError():
            return "answered with what cannot be decompressed"
        case http.client.RemoteDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "closed the connection without an answer"
        case http.client.HTTPException():
            return "speaks something else than HTTP"
    return None

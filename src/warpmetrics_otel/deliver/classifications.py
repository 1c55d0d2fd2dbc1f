"""Telling the native API what outcomes mean: success, failure or neutral, by name.

One request a name. It waits for the answers, unlike delivery, because it is asked for once and by hand.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import time
from collections.abc import Mapping
from urllib.parse import quote

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.retry import Backoff
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.deliver.verdict import Answer, Verdict
from warpmetrics_otel.options import Key

logger = logging.getLogger("warpmetrics_otel")

CLASSES = (semconv.CLASSIFICATION_SUCCESS, semconv.CLASSIFICATION_FAILURE, semconv.CLASSIFICATION_NEUTRAL)
_PATH = "/v1/outcomes/classifications/"
_BACKOFF = Backoff(first=0.5)


def register_classifications(
    classes: Mapping[str, str],
    *,
    api_key: Key,
    api_url: str,
    project_id: str | None,
    seconds: float,
) -> dict[str, str]:
    """Send classifications; never raises, what is not accepted is logged.

    Args:
        classes: outcome names to ``success``, ``failure`` or ``neutral``.
        api_key: the key, or a function that gives the current one.
        api_url: the API's address.
        project_id: for keys of an organisation.
        seconds: the most it takes for all of them.

    Returns:
        What the API has accepted.
    """
    try:
        pairs = dict(classes)
    except (TypeError, ValueError):
        logger.warning("register_classifications(): %s is no mapping of names to classes", type(classes).__name__)
        return {}
    transport = Transport(api_url, api_key, project_id, importlib.metadata.version("warpmetrics-otel"))
    try:
        return _register(transport, pairs, time.monotonic() + seconds)
    finally:
        transport.close()


def _register(transport: Transport, classes: Mapping[str, str], until: float) -> dict[str, str]:
    accepted: dict[str, str] = {}
    for name, classification in classes.items():
        if not _is_sendable(name) or classification not in CLASSES:
            logger.warning(
                "the outcome %r cannot be classified as %r: a name is a text, but not '.' or '..', and a "
                "classification one of %s",
                name,
                classification,
                ", ".join(CLASSES),
            )
            continue
        answer = _put(transport, name, classification, until)
        if answer.verdict is Verdict.DELIVERED:
            accepted[name] = classification
            continue
        logger.warning("%s does not classify the outcome %r (%s)", transport.url, name, answer.reason)
        if answer.verdict is not Verdict.INVALID:
            # The others would fare no better.
            break
    return accepted


def _is_sendable(name: object) -> bool:
    # Those are steps in an address, also when they are percent-encoded.
    return isinstance(name, str) and name not in ("", ".", "..")


def _put(transport: Transport, name: str, classification: str, until: float) -> Answer:
    body = json.dumps({"classification": classification}).encode("ascii")
    failures = 0
    while True:
        left = max(until - time.monotonic(), 0.1)
        answer = transport.put(_PATH + quote(name, safe="", errors="replace"), body, left)
        if answer.verdict is not Verdict.TRANSIENT:
            return answer
        failures += 1
        wait = _BACKOFF.wait(failures, answer.retry_after)
        if time.monotonic() + wait >= until:
            return answer
        time.sleep(wait)

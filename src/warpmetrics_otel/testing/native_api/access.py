"""Who may send: the forms of API keys, and the project that an organisation's key needs beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_PROJECT_KEY = re.compile(r"wm_(?:live|test)_\S+", re.ASCII)
_ORGANISATION_KEY = re.compile(r"sk_(?:live|test)_org_\S+", re.ASCII)


def refusal(headers: Mapping[str, str], keys: Collection[str] | None) -> str | None:
    """Why a request may not come in; None when it may.

    Args:
        headers: names in lower case.
        keys: the keys in force; None for every key of a known form.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        return "no `Authorization: Bearer` header"
    organisation = _ORGANISATION_KEY.fullmatch(key)
    if not organisation and not _PROJECT_KEY.fullmatch(key):
        return "the key has no known form"
    if keys is not None and key not in keys:
        return "the key is not in force"
    if organisation and not headers.get("x-project-id"):
        return "an organisation's key without X-Project-Id"
    return None

"""The API key: what kind it is and whether it can be right, without saying anything that is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from warpmetrics_otel.doctor.report import Finding, Status

_KINDS = {
    "wm_live_": "project key, live",
    "wm_test_": "project key, test",
    "sk_live_org_": "organisation key, live",
    "sk_test_org_": "organisation key, test",
}
_ORGANISATION = ("sk_live_org_", "sk_test_org_")


@dataclass(frozen=True, slots=True)
class Key:
    """The key in force."""

    text: str | None
    """None when there is none, or none that is a text."""
    findings: tuple[Finding, ...]

    @property
    def kind(self) -> str:
        """What may be said of it."""
        if self.text is None:
            return "not set"
        return next((kind for prefix, kind in _KINDS.items() if self.text.startswith(prefix)), "of no known kind")


def key_in_force(given: str | Callable[[], str] | None, project_id: str | None) -> Key:
    """Look at a key.

    Args:
        given: the option `api_key`; a function is asked.
        project_id: the option `project_id`.
    """
    if given is None:
        return Key(None, (Finding("key", Status.NOTE, "No key: nothing is sent to the native API."),))
    text: object = given
    if callable(given):
        try:
            text = given()
        except Exception as error:  # noqa: BLE001 -- the user's function may raise anything
            # Not its message, which may hold what the function was about to return.
            told = f"The function api_key raised {type(error).__name__}."
            return Key(None, (Finding("key", Status.CHANGE, told, "It has to return the key, as a text."),))
    if not isinstance(text, str):
        told = f"The function api_key returned a value of the type {type(text).__name__}."
        return Key(None, (Finding("key", Status.CHANGE, told, "It has to return the key, as a text."),))
    return Key(text, tuple(_findings(text, project_id)))


def _findings(text: str, project_id: str | None) -> Iterator[Finding]:
    if not text:
        yield Finding("key", Status.CHANGE, "The key is empty.", "Set WARPMETRICS_API_KEY, or leave api_key out.")
    elif text != text.strip(" \t\r\n\"'") or not text.isascii() or not text.isprintable() or " " in text:
        yield Finding(
            "key",
            Status.CHANGE,
            "The key has quotes, blanks, line breaks or other characters in it that no key has.",
            "Copy it again; a file it is read from may end in a line break.",
        )
    elif not text.startswith(tuple(_KINDS)):
        yield Finding(
            "key",
            Status.NOTE,
            "The key does not begin as keys of the API do.",
            "Keys begin with wm_live_ or wm_test_, those of an organisation with sk_live_org_ or sk_test_org_.",
        )
    if text.startswith(_ORGANISATION) and not project_id:
        yield Finding(
            "key",
            Status.CHANGE,
            "An organisation's key needs a project id, and there is none.",
            "Set WARPMETRICS_PROJECT_ID, or configure(project_id=…).",
        )

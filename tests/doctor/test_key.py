"""Of a key only its kind is said, and what can be seen to be wrong with it."""

import pytest

from warpmetrics_otel.doctor import Status
from warpmetrics_otel.doctor.key import key_in_force

SECRET = "0123456789abcdef"


def changes(given, project_id=None) -> list[str]:
    return [found.text for found in key_in_force(given, project_id).findings if found.status is Status.CHANGE]


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("wm_live_", "project key, live"),
        ("wm_test_", "project key, test"),
        ("sk_live_org_", "organisation key, live"),
        ("sk_test_org_", "organisation key, test"),
        ("", "of no known kind"),
    ],
)
def test_the_kind_is_told_by_the_beginning(prefix, kind):
    assert key_in_force(prefix + SECRET, "prj_1").kind == kind


def test_a_right_key_is_not_talked_about():
    assert key_in_force(f"wm_live_{SECRET}", None).findings == ()


def test_no_key_is_a_note():
    key = key_in_force(None, None)
    assert (key.kind, [found.status for found in key.findings]) == ("not set", [Status.NOTE])


def test_an_unknown_beginning_is_a_note():
    assert [found.status for found in key_in_force(SECRET, None).findings] == [Status.NOTE]


@pytest.mark.parametrize("odd", ['"{}"', "{}\n", " {}", "{}\x00", "{}é", "{} {}"])
def test_what_copying_leaves_in_a_key_is_seen(odd):
    (text,) = changes(odd.format(f"wm_live_{SECRET}", "b"))
    assert "quotes, blanks" in text
    assert SECRET not in text


def test_an_organisation_needs_a_project():
    assert ["project id" in text for text in changes(f"sk_live_org_{SECRET}")] == [True]
    assert changes(f"sk_live_org_{SECRET}", "prj_1") == []


def test_an_empty_key_is_seen():
    assert changes("") == ["The key is empty."]


def test_a_function_is_asked():
    assert key_in_force(lambda: f"wm_test_{SECRET}", None).text == f"wm_test_{SECRET}"


def raising():
    raise LookupError(f"no vault has wm_live_{SECRET}")


@pytest.mark.parametrize("given", [raising, lambda: None, lambda: b"wm_live_"])
def test_a_function_that_gives_no_text_is_told_of_without_what_it_says(given):
    (text,) = changes(given)
    assert SECRET not in text
    assert key_in_force(given, None).text is None

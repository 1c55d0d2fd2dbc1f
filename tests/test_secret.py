"""No key is said, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.record.settings import Settings
from warpmetrics_otel.secret import without_keys

KEYS = st.builds(
    "{}{}".format,
    st.sampled_from(["wm_live_", "wm_test_", "sk_live_org_", "sk_test_org_"]),
    st.text("abcdefghijklmnopqrstuvwxyz0123456789ABCXYZ_-+/=.", min_size=8),
)


@given(key=KEYS, before=st.text(), after=st.text())
def test_a_known_key_goes_wherever_it_stands(key, before, after):
    assert key not in without_keys(before + key + after, [key])


@given(key=KEYS)
def test_what_has_the_form_of_a_key_goes_unknown_as_it_is(key):
    assert without_keys(f"WARPMETRICS_API_URL={key!r} is ignored", []).count(key[-8:]) == 0


def test_a_key_of_no_form_goes_too():
    assert without_keys("401 for s3cret!", ["s3cret!"]) == "401 for …"


@pytest.mark.parametrize("key", ["", "a", "wm"])
def test_what_is_too_short_to_be_a_key_changes_nothing(key):
    assert without_keys("a warm welcome", [key]) == "a warm welcome"


def test_credentials_in_an_address_go():
    assert without_keys("https://user:pass@host/path and a@b.c", []) == "https://…@host/path and a@b.c"


@given(text=st.text("abcdefgh :/.@\n"))
def test_other_texts_stay(text):
    if "://" not in text:
        assert without_keys(text, []) == text


def test_a_key_in_the_wrong_variable_is_not_logged(monkeypatch, caplog):
    monkeypatch.setenv("WARPMETRICS_API_URL", "wm_live_abcdefgh")
    Settings.read({})
    assert "WARPMETRICS_API_URL='wm_live_…' is ignored" in caplog.text
    assert "abcdefgh" not in caplog.text

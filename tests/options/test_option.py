"""Options that recording, exporter and processor share are read alike by all of them."""

import logging

import pytest

from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.options import DeliverySettings
from warpmetrics_otel.record.settings import Settings

KEY = "wm_live_5d0c11"


@pytest.fixture(params=[Settings.read, MouthSettings.read], ids=["configure", "exporter and processor"])
def read(request):
    return request.param


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"api_url": "ftp://elsewhere"}, "api_url='ftp://elsewhere' is not valid; use an http or https address"),
        ({"max_pending": 0}, "max_pending=0 is not valid; use 1 or more"),
        ({"spool_max_bytes": -1}, "spool_max_bytes=-1 is not valid; use 1 or more"),
        ({"api_key": KEY.encode()}, "api_key=bytes is not valid; use a text, or a function that gives one"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_bad_argument_is_refused_with_the_remedy(read, given, expected):
    with pytest.raises(ValueError, match="is not valid") as raised:
        read(given)
    assert str(raised.value) == expected


def test_an_option_that_does_not_exist_is_refused(read):
    with pytest.raises(TypeError, match=r"unknown option spool; the options are api_key, .*spool_dir"):
        read({"spool": "here"})


def test_a_bad_variable_is_ignored_and_shows_no_key(read, monkeypatch, caplog):
    monkeypatch.setenv("WARPMETRICS_API_URL", f"https:/{KEY}")
    monkeypatch.setenv("WARPMETRICS_MAX_PENDING", "many")
    monkeypatch.setenv("WARPMETRICS_SPOOL_MAX_BYTES", "7")
    settings = read({})
    assert (settings.api_url, settings.max_pending) == (DeliverySettings().api_url, DeliverySettings().max_pending)
    assert settings.spool_max_bytes == 7
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "WARPMETRICS_API_URL=" in caplog.text
    assert "WARPMETRICS_MAX_PENDING='many' is ignored" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("variables", "given", "content"),
    [
        ({}, {}, True),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "no_content"}, {}, False),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}, {"native_content": True}, True),
        (
            {
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT",
                "WARPMETRICS_NATIVE_CONTENT": "yes",
            },
            {},
            True,
        ),
        ({"WARPMETRICS_NATIVE_CONTENT": "off"}, {}, False),
    ],
)
def test_what_decides_about_content(read, monkeypatch, variables, given, content):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert read(given).native_content is content


def test_an_argument_wins_over_its_variable_and_none_is_none_to_exporters(monkeypatch):
    monkeypatch.setenv("WARPMETRICS_API_KEY", KEY)
    assert DeliverySettings.combined({}).api_key == KEY
    assert DeliverySettings.combined({"api_key": "wm_live_other"}).api_key == "wm_live_other"
    assert Settings.read({"api_key": None}).api_key is None
    assert MouthSettings.read({"api_key": None}).api_key == KEY


def test_the_key_is_in_no_text_of_settings():
    assert KEY not in repr(Settings(api_key=KEY)) + repr(MouthSettings(api_key=KEY))

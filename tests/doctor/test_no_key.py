"""No key is in a report, wherever it was put by mistake."""

import sys

import pytest

from warpmetrics_otel.doctor import examine

KEY = "wm_test_0123456789abcdef"


@pytest.mark.parametrize(
    "setting",
    [
        {"WARPMETRICS_API_KEY": f'"{KEY}"'},
        {"WARPMETRICS_API_KEY": f"{KEY} x\ny"},
        {"WARPMETRICS_API_URL": KEY},
        {"WARPMETRICS_API_URL": f"https://{KEY}@127.0.0.1:1"},
        {"WARPMETRICS_API_URL": f"http://127.0.0.1:1/{KEY}"},
        {"WARPMETRICS_PROJECT_ID": f"{KEY}\nx"},
        {"WARPMETRICS_CLASSIFICATIONS": f"A={KEY}"},
        {"WARPMETRICS_SPOOL_DIR": f"{sys.executable}/{KEY}"},
        {"OTEL_TRACES_EXPORTER": KEY},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:4318/{KEY}"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_the_key_is_in_nothing_that_is_said(api, monkeypatch, setting):
    for name, value in {"WARPMETRICS_API_KEY": KEY, "WARPMETRICS_API_URL": api.url, **setting}.items():
        monkeypatch.setenv(name, value)

    report = examine({}, seconds=1.0)

    assert KEY not in str(report.to_json())
    assert {each.name for each in report.options} >= {"api_key"}

"""`docs/configuration.md` is what its generator makes now, and the generator says so when it is not."""

from dataclasses import fields

import pytest

from tools import docs_configuration
from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.record.settings import Settings


def test_the_page_is_up_to_date():
    assert docs_configuration.PAGE.read_text(encoding="utf-8") == docs_configuration.page()


def test_every_option_has_a_row_with_its_variable():
    rows = [line for line in docs_configuration.page().splitlines() if line.startswith("| `")]
    for option in {*fields(Settings), *fields(MouthSettings)}:
        (row,) = [row for row in rows if row.startswith(f"| `{option.name}` |")]
        assert (option.metadata["variable"] or "") in row


@pytest.mark.parametrize(("change", "code"), [("", 0), ("another\n", 1)])
def test_check_compares_and_leaves_the_page_alone(monkeypatch, tmp_path, change, code):
    page = tmp_path / "configuration.md"
    page.write_text(docs_configuration.page() + change, encoding="utf-8")
    monkeypatch.setattr(docs_configuration, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["docs_configuration.py", "--check"])
    assert docs_configuration.main() == code
    assert page.read_text(encoding="utf-8").endswith(change)

"""The typed sample leaves nothing of the public API out. That it is right is for mypy to say, in `make check`."""

import re
from pathlib import Path

import warpmetrics_otel as wm

SAMPLE = Path(__file__).with_name("api.py").read_text(encoding="utf-8")


def test_the_typed_sample_uses_every_public_name():
    assert set(wm.__all__) - set(re.findall(r"\bwm\.(\w+)", SAMPLE)) == set()


def test_every_public_name_is_there():
    assert [name for name in wm.__all__ if not hasattr(wm, name)] == []

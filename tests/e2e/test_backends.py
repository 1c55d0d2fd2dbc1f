"""Where a backend's binary is looked for, in which order, and what is said when there is none."""

import pytest

from tools.backends import JAEGER_VERSION, BackendUnavailableError, find_jaeger


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine that has no Jaeger: nothing named, nothing on PATH, an empty cache."""
    monkeypatch.delenv("JAEGER_BIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def executable(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


def test_without_any_the_message_says_what_helps(nowhere):
    with pytest.raises(BackendUnavailableError, match=r"make backends.*JAEGER_BIN.*JAEGER_QUERY_URL"):
        find_jaeger()


def test_the_named_one_comes_before_the_one_on_path_before_the_cached_one(nowhere, monkeypatch):
    cached = executable(nowhere / "cache" / "warpmetrics-otel" / "jaeger" / JAEGER_VERSION / "jaeger")
    assert find_jaeger() == cached
    on_path = executable(nowhere / "bin" / "jaeger")
    assert find_jaeger() == on_path
    named = executable(nowhere / "mine")
    monkeypatch.setenv("JAEGER_BIN", str(named))
    assert find_jaeger() == named


def test_a_named_one_that_cannot_be_run_is_no_reason_to_take_another(nowhere, monkeypatch):
    executable(nowhere / "bin" / "jaeger")
    monkeypatch.setenv("JAEGER_BIN", str(nowhere / "missing"))
    with pytest.raises(BackendUnavailableError, match="missing is not an executable file"):
        find_jaeger()

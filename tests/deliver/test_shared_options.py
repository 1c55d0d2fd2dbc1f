"""Those who share a pipeline share its options: the first decides, and nobody is overruled without a word."""

import logging

from warpmetrics_otel.deliver import connect


def warnings(said) -> list[str]:
    return said(logging.WARNING)


def test_an_option_that_comes_too_late_is_named(api, said, tmp_path):
    first = connect(api_key=api.key, api_url=api.url)
    second = connect(api_key=api.key, api_url=api.url, spool_dir=tmp_path, classifications={"Shipped": "success"})
    [line] = warnings(said)
    assert "spool_dir, classifications is ignored" in line
    assert api.key not in line
    second.shutdown(0.0)
    first.shutdown(0.0)


def test_the_same_options_or_none_are_no_matter(api, said, tmp_path):
    first = connect(api_key=api.key, api_url=api.url, spool_dir=tmp_path, classifications={"Shipped": "success"})
    same = connect(api_key=api.key, api_url=f"{api.url}/", spool_dir=str(tmp_path))
    none = connect(api_key=api.key, api_url=api.url)
    for connection in (none, same, first):
        connection.shutdown(0.0)
    assert warnings(said) == []


def test_after_the_last_has_gone_the_next_decides_anew(api, said, tmp_path):
    connect(api_key=api.key, api_url=api.url).shutdown(0.0)
    connect(api_key=api.key, api_url=api.url, spool_dir=tmp_path).shutdown(0.0)
    assert warnings(said) == []

"""`inject` and `extract`: a portable ref in headers."""

import pytest

from tests.record.memory import Memory
from warpmetrics_otel import extract, inject


def test_everything_with_a_ref_goes_through_headers(memory: Memory) -> None:
    run = memory.wm.run("review")
    outcome = memory.wm.outcome(run, "Failed")
    with memory.wm.start_call(run, provider="google", model="m") as live:
        for handle in (run, memory.wm.group(run, "draft"), outcome, memory.wm.act(outcome, "retry"), live):
            headers: dict[str, str] = {}
            inject(handle, headers)
            assert extract(headers) == handle.ref
            assert extract({name.upper(): value for name, value in headers.items()}) == handle.ref


def test_an_id_is_carried_as_it_is(memory: Memory) -> None:
    headers: dict[str, str] = {}
    inject("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", headers)

    assert extract(headers) == "wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x"


@pytest.mark.parametrize("headers", [{}, {"warpmetrics-ref": ""}, {"warpmetrics-ref": "no id"}, {"other": "wm_run_1"}])
def test_headers_without_a_valid_ref_give_none(headers: dict[str, str]) -> None:
    assert extract(headers) is None

"""Everything that a chain can be asked for by."""

import pytest

from tests.read.agent_spans import native, trace_hex
from warpmetrics_otel import ids
from warpmetrics_otel.read import assemble, read_spans

pytestmark = pytest.mark.otlp_file

RUN = native("run", 2)
TRACE = trace_hex(RUN)

FOUND = {
    "a run's id": RUN,
    "with spaces around it": f" {RUN}\n",
    "in capitals": RUN[:7] + RUN[7:].upper(),
    "a group's id": native("grp", 21),
    "a call's id": native("call", 30),
    "an outcome's id": native("oc", 3),
    "an act's id": native("act", 2),
    "a trace id": TRACE,
    "a trace id in capitals": TRACE.upper(),
    "a traceparent": f"00-{TRACE}-00000000000000ab-01",
    "a portable ref": str(ids.Ref(RUN, trace_id=int(TRACE, 16), span_id=5, flags=1)),
    "a portable ref of something that was not read, by its run": str(ids.Ref(native("oc", 99), run_id=RUN)),
    "a portable ref of something that was not read, by its chain": str(
        ids.Ref(native("act", 99), chain_id=native("run", 1))
    ),
    "a portable ref of something that was not read, by its trace": str(
        ids.Ref(native("grp", 99), trace_id=int(TRACE, 16), span_id=5)
    ),
}


@pytest.mark.parametrize("wanted", FOUND.values(), ids=FOUND)
def test_a_chain_is_found_by(wanted, writer_file, span_file):
    span_file.run(50, "Another")
    chains = assemble(read_spans(writer_file))

    chain = chains.find(wanted)

    assert chain is not None
    assert [run.id for run in chain.runs] == [native("run", number) for number in (1, 2, 3)]


@pytest.mark.parametrize("wanted", ["", "Writer", native("run", 99), "0" * 32, "wm_run_short", "wm_act_x;c=;n=x@"])
def test_nothing_is_found_by(wanted, writer_file):
    assert assemble(read_spans(writer_file)).find(wanted) is None


def test_a_follow_up_is_found_by_the_act_and_run_that_were_not_read(span_file):
    span_file.follow_up(2, "Writer", of_act=7, origin=1, position=2, first=1)
    chains = assemble(read_spans(span_file.path))

    for wanted in (native("act", 7), native("run", 1), trace_hex(native("run", 1))):
        assert chains.find(wanted) is chains.chains[0]

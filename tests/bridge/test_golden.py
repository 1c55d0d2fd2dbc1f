"""What real packages record, told span by span as it ended: the same entities as of the whole trace at once."""

import json

import pytest

from tests.bridge.spans import sketched
from tests.golden.load import PACKAGES, golden, programs
from warpmetrics_otel.bridge import Gathering
from warpmetrics_otel.bridge.whole_traces import WholeTraces
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.foreign_traces import foreign_to_native

PROGRAMS = [(package, program) for package in PACKAGES for program in programs(package)]
EVALUATION = "gen_ai.evaluation.result"


def rows(entities):
    """The entities as texts, their order apart."""
    return {kind: sorted(map(json.dumps, each)) for kind, each in Batch(entities).to_json().items()}


def depth(span_id, above):
    """How many spans are above one; clocks are too coarse to tell which of two began first."""
    return 0 if span_id not in above else 1 + depth(above[span_id], above)


def ended(gathering, spans, *, hears_starts):
    """Tell a gathering of spans in the order in which they ended; first of all that they started, if it hears that."""
    told = []
    known = {span.span_id for span in spans}
    if hears_starts:
        above = {span.span_id: span.parent_span_id for span in spans}
        for span in sorted(spans, key=lambda span: depth(span.span_id, above)):
            remote = span.parent_span_id not in known
            gathering.start((span.trace_id, span.span_id), span.parent_span_id, span._replace(end_ns=0), remote=remote)
    for span in spans:
        told += gathering.end(
            (span.trace_id, span.span_id),
            span.parent_span_id,
            span,
            0.0,
            remote=hears_starts and span.parent_span_id not in known,
            kind=kind_of(span.name, span.attributes, span.scope),
            marked=any(event.name == EVALUATION for event in span.events),
        )
    return [*told, *gathering.release()]


@pytest.mark.parametrize(("package", "program"), PROGRAMS)
@pytest.mark.parametrize("hears_starts", [True, False], ids=["processor", "exporter"])
def test_span_by_span_is_the_same_as_all_at_once(package, program, hears_starts):
    spans = golden(package, program)
    whole = foreign_to_native(spans)
    gathering = Gathering(lambda span: span, sketched, sees_starts=hears_starts)
    told = ended(gathering, spans, hears_starts=hears_starts)
    known = {span.span_id for span in spans}
    if hears_starts or all(not span.parent_span_id or span.parent_span_id in known for span in spans):
        assert rows(told) == rows(whole)
    else:
        # The exporter of a service that is asked by another one cannot tell that nothing more will come.
        assert rows(told)["calls"] == rows(whole)["calls"]
    assert len(gathering) == 0


@pytest.mark.parametrize(("package", "program"), PROGRAMS)
def test_a_file_is_the_same_in_whatever_order_it_was_written(package, program):
    spans = golden(package, program)
    for order in (spans, spans[::-1], sorted(spans, key=lambda span: span.start_ns)):
        traces = WholeTraces()
        told = [entity for span in order for entity in traces.add(span)]
        told += [entity for entities in traces.rest() for entity in entities]
        assert rows(told) == rows(foreign_to_native(spans))

"""native -> spans -> OTLP bytes -> spans -> native is the identity, array order apart, whatever an SDK sends."""

import json

from hypothesis import HealthCheck, given, settings

from tests.translate.batches import batches
from tests.translate.otlp import over_the_wire
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.to_spans import native_to_spans


def in_order(arrays):
    """The arrays as texts that tell 1 from 1.0 and from true, the order of rows and keys apart."""
    return {kind: sorted(json.dumps(row, sort_keys=True) for row in rows) for kind, rows in arrays.items()}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batches())
def test_what_an_sdk_sends_comes_back_as_it_was(arrays):
    spans = over_the_wire(native_to_spans(Batch.from_json(arrays)))
    assert in_order(Batch(spans_to_native(spans)).to_json()) == in_order(arrays)

"""Reading back: spans from where they were stored, and the chains in them."""

from warpmetrics_otel.read.as_json import as_json
from warpmetrics_otel.read.chain import Chains, assemble
from warpmetrics_otel.read.model import Act, Call, Chain, Group, Outcome, Run
from warpmetrics_otel.read.otlp_file import Malformed, read_spans
from warpmetrics_otel.read.spans import Event, Link, Span
from warpmetrics_otel.read.totals import Totals, totals

__all__ = [
    "Act",
    "Call",
    "Chain",
    "Chains",
    "Event",
    "Group",
    "Link",
    "Malformed",
    "Outcome",
    "Run",
    "Span",
    "Totals",
    "as_json",
    "assemble",
    "read_spans",
    "totals",
]

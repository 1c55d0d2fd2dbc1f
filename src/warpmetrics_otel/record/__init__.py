"""Agent code to spans: the verbs, handles, lifecycles, opts and content."""

from warpmetrics_otel.record.handles import Act, Call, Group, Outcome, Run
from warpmetrics_otel.record.live import LiveCall
from warpmetrics_otel.record.propagation import extract, inject
from warpmetrics_otel.record.result import FlushResult
from warpmetrics_otel.record.warpmetrics import Warpmetrics

__all__ = ["Act", "Call", "FlushResult", "Group", "LiveCall", "Outcome", "Run", "Warpmetrics", "extract", "inject"]

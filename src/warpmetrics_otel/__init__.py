"""Measure AI agents on OpenTelemetry: runs, calls, outcomes, acts and follow-ups as spans, events and links."""

from importlib import import_module
from typing import TYPE_CHECKING

from warpmetrics_otel.record import (
    Act,
    Call,
    FlushResult,
    Group,
    LiveCall,
    Outcome,
    Run,
    extract,
    inject,
)
from warpmetrics_otel.wiring import Warpmetrics

if TYPE_CHECKING:
    from warpmetrics_otel.deliver.completion import CompletionHook
    from warpmetrics_otel.deliver.exporter import WarpmetricsSpanExporter
    from warpmetrics_otel.deliver.log_processor import WarpmetricsLogRecordProcessor
    from warpmetrics_otel.deliver.processor import WarpmetricsSpanProcessor
    from warpmetrics_otel.deliver.sampler import WarpmetricsSampler
    from warpmetrics_otel.translate.dialects import CallFacts, Dialect, register_dialect

_default = Warpmetrics()

configure = _default.configure
run = _default.run
group = _default.group
call = _default.call
record_call = _default.record_call
trace = _default.record_call
start_call = _default.start_call
outcome = _default.outcome
act = _default.act
reserve = _default.reserve
ref = _default.ref
examine = _default.examine
register_classifications = _default.register_classifications
warp = _default.warp
use = _default.use
current = _default.current
current_run = _default.current_run
as_run = _default.as_run
as_group = _default.as_group
flush = _default.flush
aflush = _default.aflush
shutdown = _default.shutdown

__all__ = [
    "Act",
    "Call",
    "CallFacts",
    "CompletionHook",
    "Dialect",
    "FlushResult",
    "Group",
    "LiveCall",
    "Outcome",
    "Run",
    "Warpmetrics",
    "WarpmetricsLogRecordProcessor",
    "WarpmetricsSampler",
    "WarpmetricsSpanExporter",
    "WarpmetricsSpanProcessor",
    "act",
    "aflush",
    "as_group",
    "as_run",
    "call",
    "configure",
    "current",
    "current_run",
    "examine",
    "extract",
    "flush",
    "group",
    "inject",
    "outcome",
    "record_call",
    "ref",
    "register_classifications",
    "register_dialect",
    "reserve",
    "run",
    "shutdown",
    "start_call",
    "use",
    "warp",
]

# What only those need who put a pipeline together by hand is imported when they ask for it.
_LATER = {
    "CompletionHook": "warpmetrics_otel.deliver.completion",
    "CallFacts": "warpmetrics_otel.translate.dialects",
    "Dialect": "warpmetrics_otel.translate.dialects",
    "register_dialect": "warpmetrics_otel.translate.dialects",
    "WarpmetricsLogRecordProcessor": "warpmetrics_otel.deliver.log_processor",
    "WarpmetricsSampler": "warpmetrics_otel.deliver.sampler",
    "WarpmetricsSpanExporter": "warpmetrics_otel.deliver.exporter",
    "WarpmetricsSpanProcessor": "warpmetrics_otel.deliver.processor",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_LATER[name]), name)

"""Helpers for tests: recording in memory, and local servers that stand in for the providers and for the native API.

Nothing here is needed, or imported, when agents run for real.
"""

from warpmetrics_otel.testing.native_api import NativeApi, Received, Reply, Rule, Violation
from warpmetrics_otel.testing.providers import Answer, Hold, ProviderServer, Request, ToolCall, Usage
from warpmetrics_otel.testing.recorded import Recorded

__all__ = [
    "Answer",
    "Hold",
    "NativeApi",
    "ProviderServer",
    "Received",
    "Recorded",
    "Reply",
    "Request",
    "Rule",
    "ToolCall",
    "Usage",
    "Violation",
]

"""Capturing calls to models from the clients that make them, as plain data for whoever records.

What is captured does not depend on who records it: `Sink` is all that this room knows of it.
"""

from warpmetrics_otel.capture.data import CallData, Captured, Sink
from warpmetrics_otel.capture.proxy import warp
from warpmetrics_otel.capture.recording import abandoned, drain

__all__ = ["CallData", "Captured", "Sink", "abandoned", "drain", "warp"]

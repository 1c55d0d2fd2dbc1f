"""Capturing calls to models from the clients that make them, as plain data for whoever records.

What is captured does not depend on who records it: `Sink` is all that this room knows of it.
"""

from typing import TypeVar

from warpmetrics_otel.capture.data import CallData, Captured, Sink
from warpmetrics_otel.capture.recording import abandoned, drain

__all__ = ["CallData", "Captured", "Sink", "abandoned", "drain", "warp"]

Client = TypeVar("Client")


def warp(client: Client, sink: Sink) -> Client:
    """Capture the calls made through an OpenAI or Anthropic client; see `proxy.warp`."""
    # Imported with the first client: many programs record without one.
    from warpmetrics_otel.capture import proxy

    return proxy.warp(client, sink)

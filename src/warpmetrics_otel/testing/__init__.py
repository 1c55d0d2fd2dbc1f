"""Helpers for tests: recording in memory, and a local server that speaks the formats of the OpenAI and Anthropic APIs.

Nothing here is needed, or imported, when agents run for real.
"""

from warpmetrics_otel.testing.providers import Answer, Hold, ProviderServer, Request, ToolCall, Usage
from warpmetrics_otel.testing.recorded import Recorded

__all__ = ["Answer", "Hold", "ProviderServer", "Recorded", "Request", "ToolCall", "Usage"]

"""A local server that answers as the OpenAI and Anthropic APIs do, in their own formats.

The real client packages talk to it, so that tests, examples and the demo need no key and no network.
"""

from warpmetrics_otel.testing.providers.answer import Answer, Hold, Request, ToolCall, Usage
from warpmetrics_otel.testing.providers.server import ProviderServer

__all__ = ["Answer", "Hold", "ProviderServer", "Request", "ToolCall", "Usage"]

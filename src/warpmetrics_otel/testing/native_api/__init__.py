"""A local server that stands in for the native Warpmetrics API, checks all it is sent, and misbehaves when told to.

It answers over real sockets as the published API does, so that tests of delivery need no key and no network.
"""

from warpmetrics_otel.testing.native_api.received import Received
from warpmetrics_otel.testing.native_api.reply import Reply
from warpmetrics_otel.testing.native_api.server import NativeApi
from warpmetrics_otel.testing.native_api.violation import Rule, Violation

__all__ = ["NativeApi", "Received", "Reply", "Rule", "Violation"]

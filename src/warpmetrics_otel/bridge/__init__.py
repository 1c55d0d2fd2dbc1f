"""Spans of other instrumentation as they come, one by one -> entities, once it is known what stands above them.

What a span means is `translate`'s business; here is what has to be remembered until that can be asked.
"""

from warpmetrics_otel.bridge.gathering import Gathering
from warpmetrics_otel.bridge.limits import Limits

__all__ = ["Gathering", "Limits"]

"""Recording in memory, for tests of agents: what was recorded, and how it hangs together.

Answers are built from spans by the reader that also reads them out of files, so a test sees what
any backend would be sent. Spans count from their start: nothing has to end before it is asked for.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

import warpmetrics_otel
from warpmetrics_otel.read import Act, Call, Chains, Outcome, Run, assemble
from warpmetrics_otel.record import Warpmetrics
from warpmetrics_otel.testing.memory import as_read


class Recording:
    """Has the functions of `warpmetrics_otel` record in memory while used as a context manager.

    Afterwards they record where they did before. The entities it answers with are those that
    `warpmetrics_otel.read` gives: `Run`, `Group`, `Call`, `Outcome` and `Act`.
    """

    def __init__(self) -> None:
        self._memory = _Memory()

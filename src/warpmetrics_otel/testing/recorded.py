"""What a test recorded, and how it hangs together.

Answers are built from spans by the reader that also reads them from files, so that a test sees what
a backend would be sent. Spans count from their start: nothing has to end before it can be asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from warpmetrics_otel import _default
from warpmetrics_otel.read import Call, Chains, Outcome, Run, assemble
from warpmetrics_otel.record.handles import Handle
from warpmetrics_otel.testing.spans import as_read

_SDK_DISABLED = "OTEL_SDK_DISABLED"


class Recorded:
    """Has the functions of `warpmetrics_otel` record in memory while it is used as a context manager.

    Nothing is sent anywhere, whatever the environment says. Afterwards the functions do again what
    they did before. Asking a question flushes first, so what got its outcome in this thread or task
    has ended; everything else may still be open, which a `span.end_ns` of 0 says.

    Attributes:
        tracer_provider: The provider that keeps the spans, for a `Warpmetrics` or tracers of the test's own.
    """

    def __init__(self) -> None:
        with _sdk_enabled():
            self.tracer_provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
        self._started = _Started()
        self.tracer_provider.add_span_processor(self._started)
        self._before: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._before = dict(vars(_default))
        # What was in force is set aside as it is: configure() would shut it down.
        vars(_default)["_core_now"] = None
        self.configure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _default.shutdown()
        vars(_default).update(self._before)
        self.tracer_provider.shutdown()

    def configure(self, **options: Any) -> None:
        """Record with these options of `warpmetrics_otel.configure()`, still in memory."""
        with _sdk_enabled():
            _default.configure(
                **{
                    "tracer_provider": self.tracer_provider,
                    "enabled": True,
                    "otlp_file": None,
                    "api_key": None,
                    "spool_dir": None,
                    "set_global": False,
                    **options,
                }
            )

    @property
    def spans(self) -> list[ReadableSpan]:
        """Every span in the order of starting, those of others on the same provider too."""
        _default.flush()
        return list(self._started.spans)

    @property
    def runs(self) -> list[Run]:
        """Every run, in the order of starting."""
        runs = [run for chain in self._chains().chains for run in chain.runs if not run.missing]
        return sorted(runs, key=lambda run: (run.span.start_ns, run.id))

    @property
    def calls(self) -> list[Call]:
        """Every call of every run, in the order of starting."""
        return sorted((call for run in self.runs for call in run.calls), key=lambda call: (call.span.start_ns, call.id))

    @property
    def outcomes(self) -> list[Outcome]:
        """Every outcome in the order of happening, those on something that was recorded elsewhere too."""
        chains = self._chains()
        known = [
            outcome
            for chain in chains.chains
            for run in chain.runs
            for entity in run.entities()
            for outcome in entity.outcomes
            if not outcome.missing
        ]
        known += [item for item in chains.unattached if isinstance(item, Outcome)]
        return sorted(known, key=lambda outcome: (outcome.time_ns, outcome.id))

    def chain(self, run: Run | Handle | str) -> list[Run]:
        """The runs of the chain that a run is part of, each before those that follow it up.

        Args:
            run: One of `runs`, the handle of anything in it, or an id.

        Raises:
            LookupError: Nothing with this id was recorded.
        """
        wanted = run if isinstance(run, str) else run.id
        chain = self._chains().find(wanted)
        if chain is None:
            raise LookupError(f"{wanted} was not recorded in this test")
        return chain.runs

    def _chains(self) -> Chains:
        return assemble(as_read(span) for span in self.spans)


class _Started(SpanProcessor):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.spans.append(span)


@contextmanager
def _sdk_enabled() -> Iterator[None]:
    # Test suites switch the SDK off so that nothing is sent; here nothing is sent anyway.
    disabled = os.environ.pop(_SDK_DISABLED, None)
    try:
        yield
    finally:
        if disabled is not None:
            os.environ[_SDK_DISABLED] = disabled

"""What ``opentelemetry-instrument`` calls: before it instruments, and once it has set everything up."""

from __future__ import annotations

import os

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.options import KEY_VARIABLE

COMPLETION_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK"
_OUR_COMPLETION_HOOK = "warpmetrics"


def prepare() -> None:
    """Have what is said in calls told to us, where the native API is to have it and nobody else is told.

    The instrumentations of GenAI clients look into the environment when they are set up, and only then.
    """
    if _key_is_there() and MouthSettings.read({}).native_content:
        os.environ.setdefault(COMPLETION_VARIABLE, _OUR_COMPLETION_HOOK)


def attach() -> None:
    """Attach a processor, where the environment holds a key and the global provider is the SDK's.

    Where it is not, recording with the same key delivers by itself.
    """
    if os.environ.get(COMPLETION_VARIABLE) == _OUR_COMPLETION_HOOK:
        # Child processes may run another environment's Python, which does not know ours.
        del os.environ[COMPLETION_VARIABLE]
    provider = trace.get_tracer_provider()
    if not (_key_is_there() and isinstance(provider, TracerProvider)):
        return
    from warpmetrics_otel.deliver.processor import WarpmetricsSpanProcessor
    from warpmetrics_otel.deliver.relay import relays

    processor = WarpmetricsSpanProcessor()
    provider.add_span_processor(processor)
    _hear_evaluations()
    relays.of(provider).note(processor.destination, infers=MouthSettings.read({}).infer_runs)


def _hear_evaluations() -> None:
    from opentelemetry._logs import get_logger_provider

    from warpmetrics_otel.deliver.log_processor import WarpmetricsLogRecordProcessor

    add = getattr(get_logger_provider(), "add_log_record_processor", None)
    if callable(add):
        add(WarpmetricsLogRecordProcessor())


def _key_is_there() -> bool:
    return bool(os.environ.get(KEY_VARIABLE, "").strip())

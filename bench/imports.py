"""Import time of the package against importing what the baseline imports, each in a process of its own."""

import subprocess
import sys

BASELINE = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
"""
OURS = f"{BASELINE}\nimport warpmetrics_otel\n"
_TIMED = """
import time
start = time.process_time()
{code}
print(time.process_time() - start)
"""


def measure(rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of CPU for the baseline's imports, and for them with ours, round by round."""
    results = [(_timed(BASELINE), _timed(OURS)) for _ in range(rounds + 1)]
    return results[1:]  # the first compiles


def _timed(code: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(code=code)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) * 1e3

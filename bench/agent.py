"""One process that records runs and says what that took: the near end of what is measured a process at a time.

``python -m bench.agent {by_hand,ours} RUNS [--otlp URL] [--native URL] [--wait] [--leave]`` prints lines of JSON: one
when everything is recorded, and one when it is sent. Seconds are of CPU, bytes are of memory.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider

import warpmetrics_otel as wm
from bench import caller

FLUSH_SECONDS = 60.0


def main() -> None:
    """Record, send, and say what it took."""
    options = _options()
    provider = caller.provider_to(options.otlp, options.runs) if options.otlp else TracerProvider()
    native = {"api_key": caller.KEY, "api_url": options.native} if options.native else {}
    recorder = None
    if options.side == "ours":
        recorder = wm.Warpmetrics(tracer_provider=provider, span_content=bool(options.otlp), **native)
    memory, process, thread = peak(), _cpu(), time.thread_time()
    if recorder is None:
        caller.by_hand(provider, options.runs)
    else:
        caller.ours(recorder, options.runs)
    print(json.dumps({"caller": time.thread_time() - thread, "memory": peak() - memory}), flush=True)
    if options.leave:
        return
    if options.wait:
        sys.stdin.readline()
    if recorder is not None:
        recorder.flush(FLUSH_SECONDS)
        recorder.shutdown()
    provider.shutdown()
    print(json.dumps({"process": _cpu() - process}), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=["by_hand", "ours"])
    parser.add_argument("runs", type=int)
    parser.add_argument("--otlp")
    parser.add_argument("--native")
    parser.add_argument("--wait", action="store_true", help="send when a line comes in")
    parser.add_argument("--leave", action="store_true", help="leave what waits to the exit")
    return parser.parse_args()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # What the system says of resources begins, on Linux, with the peak of the process that started this one.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

"""One chain of 10,000 runs (50,000 spans) out of an OTLP file: against `json.loads` over its lines, and in memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import warpmetrics_otel as wm
from bench import workload
from bench.agent import peak
from warpmetrics_otel.read import assemble, read_spans

RUNS = 10_000
_FLUSH_EVERY = 300


@contextmanager
def chain_file() -> Iterator[Path]:
    """A file with the chain, as the package itself writes it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "chain.jsonl")
        recorder = wm.Warpmetrics(otlp_file=path)
        act = None
        for number in range(RUNS):
            act = workload.one_run(recorder, act)
            if not number % _FLUSH_EVERY:
                recorder.flush()
        assert recorder.shutdown()
        yield path


def measure(path: Path, rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of CPU for `json.loads` over the lines, and for the chain out of them, round by round."""
    results = [(_timed(_parse, path), _timed(_read, path)) for _ in range(rounds + 1)]
    return results[1:]  # the first warms up


def memory(path: Path) -> float:
    """How much a process grows at most while it reads the chain, as a multiple of the file's size."""
    command = [sys.executable, "-m", "bench.reading", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _parse(path: Path) -> None:
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line)


def _read(path: Path) -> None:
    (chain,) = assemble(read_spans(path)).chains
    assert len(chain.runs) == RUNS


def _timed(work: Callable[[Path], None], path: Path) -> float:
    start = time.process_time()
    work(path)
    return (time.process_time() - start) * 1e3


if __name__ == "__main__":
    file = Path(sys.argv[1])
    before = peak()
    _read(file)
    print((peak() - before) / file.stat().st_size)

"""What writing ahead costs the caller: a spool's append against a bare write, and against SQLite.

``python -m bench.spool`` prints microseconds of the caller's CPU for a record of 400 bytes, as an outcome takes about,
and how many records a second are appended, read and acknowledged.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from warpmetrics_otel.deliver.spool import Disk, Spool

RECORD = b"o" + b"x" * 399
APPENDS = 5_000
ROUNDS = 15
AMPLE = 1 << 40


def bare_write(directory: Path) -> Callable[[], object]:
    """One write into an open file, behind the last."""
    handle = os.open(directory / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return lambda: os.write(handle, RECORD)


def append(directory: Path) -> Callable[[], object]:
    """A record into a spool."""
    spool = Spool(Disk(directory / "spool"), max_bytes=AMPLE)
    return lambda: spool.append(RECORD)


def insert(directory: Path) -> Callable[[], object]:
    """A row into SQLite, as fast as it survives a kill: a write-ahead log that is not synced, a transaction a row."""
    database = sqlite3.connect(directory / "rows.db", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, record BLOB)")
    return lambda: database.execute("INSERT INTO rows (record) VALUES (?)", (RECORD,))


def microseconds(act: Callable[[], object]) -> float:
    """The caller's CPU for one, over a round."""
    begun = time.thread_time()
    for _ in range(APPENDS):
        act()
    return (time.thread_time() - begun) / APPENDS * 1e6


def through(directory: Path, count: int = 50_000) -> float:
    """Records a second, appended, read in batches and acknowledged by one thread."""
    spool = Spool(Disk(directory / "through"))
    begun = time.perf_counter()
    for _ in range(count):
        spool.append(RECORD)
    while records := spool.read(2000, 2_000_000):
        spool.acknowledge([record.position for record in records])
    return count / (time.perf_counter() - begun)


def main() -> None:
    """Measure side by side, round by round, and print medians."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        sides = {"a bare write": bare_write(directory), "append": append(directory), "SQLite": insert(directory)}
        rounds = [{name: microseconds(act) for name, act in sides.items()} for _ in range(ROUNDS)]
        for name in sides:
            times = [one[name] for one in rounds]
            print(f"{name}: {statistics.median(times):.1f} us (least {min(times):.1f})")
        beyond = statistics.median(one["append"] - one["a bare write"] for one in rounds)
        ratio = statistics.median(one["SQLite"] / one["append"] for one in rounds)
        print(f"append beyond the write: {beyond:.1f} us; SQLite takes {ratio:.1f} times an append")
        print(f"appended, read and acknowledged: {through(directory):,.0f} records a second")


if __name__ == "__main__":
    main()

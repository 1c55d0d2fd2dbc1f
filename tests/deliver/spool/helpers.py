"""What tests of the spool share."""

import subprocess
import sys
from pathlib import Path

PRELUDE = r"""
import os, signal, sys, pathlib
from warpmetrics_otel.deliver.spool import Disk, Spool
directory = pathlib.Path(sys.argv[1])
def say(*what):
    # In one write: a forked child speaks into the same pipe.
    os.write(1, (" ".join(map(str, what)) + "\n").encode())
"""


def payloads(spool, most=1000, most_bytes=10**9):
    return [record.payload for record in spool.read(most, most_bytes)]


def deliver_all(spool):
    """Read and acknowledge everything that waits."""
    found = []
    while records := spool.read(7, 10**6):
        found += [record.payload for record in records]
        spool.acknowledge([record.position for record in records])
    return found


def files_in(disk, ending=""):
    return sorted(path for path in disk.directory.iterdir() if path.is_file() and path.name.endswith(ending))


def start(program: str, directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process that has a spool's directory, and speaks by lines."""
    command = [sys.executable, "-c", PRELUDE + program, str(directory), *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def left_behind(disk, *records: bytes):
    """Leave records as a process does that was killed after it appended them; returns its segment."""
    known = set(files_in(disk, ".segment"))
    program = "spool = Spool(Disk(directory))\nfor line in sys.argv[2:]: assert spool.append(line.encode())\n"
    process = start(program + "os.kill(os.getpid(), 9)", disk.directory, *(record.decode() for record in records))
    process.communicate()
    (segment,) = set(files_in(disk, ".segment")) - known
    return segment

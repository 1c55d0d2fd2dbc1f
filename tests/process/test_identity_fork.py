"""Ids stay distinct over forks and under a user's `random.seed`: every process draws its own randomness."""

import json
import multiprocessing
import os
import random
import subprocess
import sys

import pytest

from warpmetrics_otel import ids

CHILDREN = 200
EACH = 50

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# In a process of its own: one that forks should have no threads, and a test runner may have some.
FORKING = f"""
import json, os, random, sys
from opentelemetry.sdk.trace import TracerProvider
from warpmetrics_otel import Warpmetrics, ids

wm = Warpmetrics(tracer_provider=TracerProvider(shutdown_on_exit=False))
random.seed(7)
found = []
for child in range({CHILDREN}):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        if child % 2:
            random.seed(7)
        handles = [wm.run("Forked")]
        handles += [wm.group(handles[0], "g") for _ in range({EACH} - 1)]
        refs = [ids.parse_ref(handle.ref) for handle in handles]
        os.write(writing, json.dumps([[ref.id, ref.span_id, ref.trace_id] for ref in refs]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found += json.load(pipe)
    os.waitpid(pid, 0)
json.dump(found, sys.stdout)
"""


def test_200_forked_children_repeat_no_id():
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert done.stderr == ""
    assert len(found) == CHILDREN * EACH
    assert len({native_id for native_id, _, _ in found}) == CHILDREN * EACH
    assert len({span_id for _, span_id, _ in found}) == CHILDREN * EACH
    assert len({trace_id for _, _, trace_id in found}) == CHILDREN
    for native_id, span_id, trace_id in found:
        assert span_id == ids.span_id_of(native_id)
        if ids.kind_of(native_id) == ids.RUN:
            assert trace_id == ids.trace_id_of(native_id)


def minted(seed: int) -> list[str]:
    random.seed(seed)
    return [ids.mint(ids.RUN)[0] for _ in range(EACH)]


def test_spawned_workers_with_the_same_seed_repeat_no_id():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = [native_id for part in pool.map(minted, [7] * 4, chunksize=1) for native_id in part]
    assert len(set(found)) == len(found) == 4 * EACH


def test_ids_neither_read_nor_move_the_users_random_numbers():
    random.seed(7)
    expected = [random.random() for _ in range(3)]
    random.seed(7)
    found = []
    for _ in range(3):
        ids.mint(ids.RUN)
        found.append(random.random())
    assert found == expected

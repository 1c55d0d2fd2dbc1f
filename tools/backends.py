"""The real backends that the end-to-end tests run against; run as a program, this makes every one available.

Which versions they are is decided here; how one is found and installed is in `tools.programs`.
"""

import os
import subprocess
import sys

from tools.programs import BackendUnavailableError, DebianProgram, GoProgram, Program

JAEGER = GoProgram(
    name="Jaeger v2",
    command="jaeger",
    binary_variable="JAEGER_BIN",
    running_variable="JAEGER_QUERY_URL",
    module="github.com/jaegertracing/jaeger",
    # The newest tag that the module path allows: it has no /v2, yet this one holds the v2 binary (2.13.0).
    version="v1.76.0",
)
TEMPO = GoProgram(
    name="Tempo",
    command="tempo",
    binary_variable="TEMPO_BIN",
    running_variable="TEMPO_URL",
    module="github.com/grafana/tempo",
    # The module path has no version either, so that no release since 2.0 has a tag it allows. This is a commit of the
    # main branch shortly before 3.0, the newest that the module proxy has: the single binary that needs no Kafka.
    version="v1.5.1-0.20260423183749-e1676d825c43",
)
PROMETHEUS = DebianProgram(
    name="Prometheus",
    command="prometheus",
    binary_variable="PROMETHEUS_BIN",
    # What it scrapes is in its configuration, so that a running one would know nothing of the tests.
    running_variable=None,
)
CHROMIUM = DebianProgram(
    name="Chromium",
    command="chromium",
    binary_variable="CHROMIUM_BIN",
    running_variable=None,
)
BACKENDS = (JAEGER, TEMPO, PROMETHEUS, CHROMIUM)


def main() -> int:
    """Make every backend available and say where it is; return the exit code."""
    return max(_make_available(program) for program in BACKENDS)


def _make_available(program: Program) -> int:
    if program.running:
        print(f"{program.name}: the running one at {program.running}")
        return 0
    try:
        path = program.find()
    except BackendUnavailableError as missing:
        if os.environ.get(program.binary_variable):
            print(f"{program.name}: {missing}", file=sys.stderr)
            return 1
        try:
            path = program.install()
        except (BackendUnavailableError, subprocess.CalledProcessError) as failure:
            print(f"{program.name}: {failure}", file=sys.stderr)
            return 1
    print(f"{program.name}: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Finds or installs the real backends that the end-to-end tests run against.

Binaries are cached by version outside the checkout, so that they are built once a machine. What is installed here is
never part of the package: a user without Go names a binary, or points the tests at a backend that is already running.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

JAEGER_MODULE = "github.com/jaegertracing/jaeger"
# The newest tag that the module path allows: it has no /v2, yet this one holds the v2 binary (2.13.0).
JAEGER_VERSION = "v1.76.0"


class BackendUnavailableError(Exception):
    """A backend is neither installed nor running; the message says what was looked for and what helps."""


def cache_dir() -> Path:
    """Return the folder, outside any checkout, that holds the binaries built here."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "warpmetrics-otel"


def find_jaeger() -> Path:
    """Return the path of a Jaeger v2 binary: ``JAEGER_BIN``, else one on PATH, else the cached one.

    Raises BackendUnavailableError when there is none.
    """
    named = os.environ.get("JAEGER_BIN")
    if named:
        path = Path(named)
        if not os.access(path, os.X_OK):
            raise BackendUnavailableError(f"JAEGER_BIN={named} is not an executable file")
        return path
    on_path = shutil.which("jaeger")
    if on_path:
        return Path(on_path)
    cached = _cached_jaeger()
    if cached.exists():
        return cached
    raise BackendUnavailableError(
        "no Jaeger v2: run `make backends` (needs Go), or set JAEGER_BIN, or JAEGER_QUERY_URL if one runs"
    )


def install_jaeger() -> Path:
    """Build Jaeger into the cache and return the binary's path.

    Raises BackendUnavailableError without Go, and CalledProcessError when the download or the build fails.
    """
    go = shutil.which("go")
    if go is None:
        raise BackendUnavailableError(
            "building Jaeger needs Go (1.21 or newer) on PATH; without it, set JAEGER_BIN or JAEGER_QUERY_URL"
        )
    answer = subprocess.run(
        [go, "mod", "download", "-json", f"{JAEGER_MODULE}@{JAEGER_VERSION}"],
        check=True,
        stdout=subprocess.PIPE,
    )
    source = json.loads(answer.stdout)["Dir"]
    target = _cached_jaeger()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"jaeger.{os.getpid()}")
    # Built as the main module, from where Go keeps it: `go install module@version` refuses a go.mod with `replace`,
    # and this way the versions and checksums of everything in it are those that Jaeger released with.
    subprocess.run(
        [go, "build", "-C", source, "-trimpath", "-ldflags=-s -w", "-o", str(unfinished), "./cmd/jaeger"],
        check=True,
        env={**os.environ, "GOWORK": "off"},
    )
    unfinished.replace(target)
    return target


def main() -> int:
    """Make every backend available and say where it is; return the exit code."""
    running = os.environ.get("JAEGER_QUERY_URL")
    if running:
        print(f"Jaeger: the running one at {running}")
        return 0
    try:
        path = find_jaeger()
    except BackendUnavailableError as missing:
        if os.environ.get("JAEGER_BIN"):
            print(f"Jaeger: {missing}", file=sys.stderr)
            return 1
        print(f"Jaeger: building {JAEGER_VERSION}; the first time this takes minutes", flush=True)
        try:
            path = install_jaeger()
        except (BackendUnavailableError, subprocess.CalledProcessError) as failure:
            print(f"Jaeger: {failure}", file=sys.stderr)
            return 1
    print(f"Jaeger: {path}")
    return 0


def _cached_jaeger() -> Path:
    return cache_dir() / "jaeger" / JAEGER_VERSION / "jaeger"


if __name__ == "__main__":
    sys.exit(main())

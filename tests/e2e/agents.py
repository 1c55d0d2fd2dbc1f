"""Agents in processes of their own, set up by nothing but the environment, as a user's are."""

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from tests.e2e.jaeger import Jaeger
from tests.e2e.tempo import Tempo
from tests.patience import PATIENCE_S


@dataclass(frozen=True)
class Agents:
    """Where the processes of one test send their spans, and the service name that tells them from other tests'."""

    backend: Jaeger | Tempo
    protocol: str
    service: str = field(default_factory=lambda: f"agents-{uuid.uuid4()}")

    def run(self, code: str, *args: str, logged: str = "") -> dict[str, Any]:
        """Run Python code in a new process; `show(**values)` in it gives what is returned here.

        Fails the test when the process fails, or logs anything else than one line with these words in it.
        """
        prelude = "import json, sys\nimport warpmetrics_otel as wm\ndef show(**values): print(json.dumps(values))\n"
        done = subprocess.run(
            [sys.executable, "-c", prelude + dedent(code), *args],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        lines = done.stderr.splitlines()
        assert (done.returncode, len(lines)) == (0, bool(logged)), done.stderr
        assert logged in done.stderr
        return json.loads(done.stdout or "{}")

    def _environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "WARPMETRICS_"))}
        url = self.backend.otlp_grpc_url if self.protocol == "grpc" else self.backend.otlp_http_url
        return {
            **inherited,
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": self.protocol,
            "OTEL_SERVICE_NAME": self.service,
        }

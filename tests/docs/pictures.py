"""Takes the pictures of docs/backends.md anew: `python -m tests.docs.pictures`, with real backends and a real browser.

Two hundred made-up chains are sent to a Jaeger and a Tempo, read back by the command, and its pages are photographed.
Not a test: what the pages say is tested elsewhere, and no two browsers draw the same picture.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.docs.markdown import ROOT
from tests.e2e.chromium import Chromium, usable_chromium
from tests.e2e.jaeger import running_jaeger
from tests.e2e.tempo import running_tempo
from tests.read.statistics.two_hundred import CHAINS, Writer, document, two_retries

FOLDER = ROOT / "docs" / "pictures"
WIDTH = 1100
HOURS_AGO = 6


def main() -> None:
    """Write the pictures."""
    writer = Writer(start_ns=time.time_ns() - HOURS_AGO * 3600 * 10**9)
    spans = writer.write(CHAINS)
    first, _, _ = writer.ids("run", str(CHAINS.index(two_retries(3))))
    FOLDER.mkdir(exist_ok=True)
    with running_jaeger() as jaeger, running_tempo() as tempo, usable_chromium() as chromium:
        for backend in (jaeger, tempo):
            send(spans, backend.otlp_http_url)
        tempo.query("{ true }", until=lambda found: len(found) == writer.runs)
        take(chromium, "chain", 830, ["chain", first, "--tempo", tempo.query_url])
        take(chromium, "chain-dark", 520, ["chain", first, "--jaeger", jaeger.query_url], dark=True)
        take(chromium, "acts", 580, ["acts", "--jaeger", jaeger.query_url])
        take(chromium, "runs", 660, ["runs", "--tempo", tempo.query_url])


def send(spans: list[dict], otlp_http_url: str) -> None:
    """Send spans as OTLP JSON."""
    request = urllib.request.Request(
        f"{otlp_http_url}/v1/traces", json.dumps(document(spans)).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def take(chromium: Chromium, name: str, height: int, command: list[str], *, dark: bool = False) -> None:
    """Let the command write its page, and photograph the upper part of it."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        program = "from warpmetrics_otel.cli import main; main()"
        subprocess.run([sys.executable, "-c", program, *command, "--html", page], check=True, stdout=subprocess.DEVNULL)
        chromium.picture(page, FOLDER / f"{name}.png", WIDTH, height, dark=dark)


if __name__ == "__main__":
    main()

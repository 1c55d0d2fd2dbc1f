"""A real Chromium without a window, for the pages that the package makes: what is in them once loaded, and pictures."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S
from tools.backends import CHROMIUM

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # It still calls home now and then; nothing of that leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--hide-scrollbars",
    # What a page writes to its console goes to stderr.
    "--enable-logging=stderr",
)


class Chromium:
    """A Chromium that is started anew for each question, each time with a profile of its own."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def dom(self, page: Path) -> str:
        """Return the HTML of a local page after it was loaded and its scripts ran.

        Fails the test when the page wrote to its console, as it does for an error, or asked the network for anything.
        """
        return self._run("--dump-dom", page.as_uri())

    def picture(self, page: Path, png: Path, width: int, height: int, *, dark: bool = False) -> None:
        """Write a picture of a local page, in pixels, as someone with light or dark colours sees it; fails as above."""
        preferred = ["--blink-settings=preferredColorScheme=0"] if dark else []
        self._run(f"--screenshot={png}", f"--window-size={width},{height}", *preferred, page.as_uri())

    def _run(self, *arguments: str) -> str:
        with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as folder:
            network = Path(folder, "network.json")
            own = (f"--user-data-dir={folder}/profile", f"--log-net-log={network}")
            done = subprocess.run(
                [self.binary, *_FLAGS, *own, *arguments],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            asked = _requests(network)
        written = [line for line in done.stderr.splitlines() if ":CONSOLE:" in line]
        assert (asked, written) == ([], []), "\n".join(asked + written)
        return done.stdout


@contextmanager
def usable_chromium() -> Iterator[Chromium]:
    """Yield a Chromium; raises BackendUnavailableError when there is none."""
    yield Chromium(CHROMIUM.find())


def _requests(network: Path) -> list[str]:
    """The addresses that the page asked for, told from Chromium's own by the site they are for."""
    events = [event.get("params", {}) for event in json.loads(network.read_text())["events"]]
    return sorted({event["url"] for event in events if event.get("network_isolation_key", "").startswith("file:")})

"""A real Chromium without a window, for the pages that the package makes: what is in them once loaded, and pictures."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    "--hide-scrollbars",
    # Messages of the page's console go to stderr, one a line with CONSOLE in it.
    "--enable-logging=stderr",
)
_SECONDS = 60


class Chromium:
    """A Chromium that is started anew for each question, each time with a profile of its own."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def dom(self, page: Path) -> str:
        """Return the HTML of a local page after it was loaded and its scripts ran.

        Fails the test when the page wrote anything to its console, as it does for an error or a blocked request.
        """
        return self._run("--dump-dom", page.as_uri())

    def picture(self, page: Path, png: Path, width: int, height: int, *, dark: bool = False) -> None:
        """Write a picture of a local page, in pixels, as someone with light or dark colours sees it."""
        dark_flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
        self._run(f"--screenshot={png}", f"--window-size={width},{height}", *dark_flags, page.as_uri())

    def _run(self, *arguments: str) -> str:
        with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
            done = subprocess.run(
                [self.binary, *_FLAGS, f"--user-data-dir={profile}", *arguments],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        assert done.returncode == 0, done.stderr
        written = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        assert written == [], "\n".join(written)
        return done.stdout


@contextmanager
def usable_chromium() -> Iterator[Chromium]:
    """Yield a Chromium; raises BackendUnavailableError when there is none."""
    yield Chromium(CHROMIUM.find())

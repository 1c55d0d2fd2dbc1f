"""Programs that the end-to-end tests need, each with where it is looked for and how it is installed.

None of them is ever part of the package: a user may name a binary of their own, or point the tests at a backend that
is already running.
"""

import json
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path


class BackendUnavailableError(Exception):
    """A backend is neither installed nor running; the message says what was looked for and what helps."""


def cache_dir() -> Path:
    """Return the folder, outside any checkout, that holds the binaries built here."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "warpmetrics-otel"


@dataclass(frozen=True)
class Program(ABC):
    """A program and the environment variables that name another one.

    Args:
        name: what messages call it.
        command: what it is called on PATH.
        binary_variable: the variable that holds the path of a binary to be used.
        running_variable: the variable that holds the address of one that runs already; None where tests need their own.
    """

    name: str
    command: str
    binary_variable: str
    running_variable: str | None

    @property
    def running(self) -> str | None:
        """The address of the one that runs already, if the environment names one."""
        return os.environ.get(self.running_variable) if self.running_variable else None

    def find(self) -> Path:
        """Return the path of the binary: the named one, else one on PATH, else the one installed here.

        Raises BackendUnavailableError when there is none.
        """
        named = os.environ.get(self.binary_variable)
        if named:
            path = Path(named)
            if not os.access(path, os.X_OK):
                raise BackendUnavailableError(f"{self.binary_variable}={named} is not an executable file")
            return path
        on_path = shutil.which(self.command)
        if on_path:
            return Path(on_path)
        installed = self._installed()
        if installed:
            return installed
        raise BackendUnavailableError(f"no {self.name}: run `make backends`{self._needs}, or {self.instead}")

    @property
    def instead(self) -> str:
        """What a user without it can do."""
        running = f", or {self.running_variable} if one runs" if self.running_variable else ""
        return f"set {self.binary_variable}{running}"

    @abstractmethod
    def install(self) -> Path:
        """Install it and return the binary's path.

        Raises BackendUnavailableError when this machine lacks what that takes, and CalledProcessError when the download
        or the build fails.
        """

    @property
    @abstractmethod
    def _needs(self) -> str: ...

    def _installed(self) -> Path | None:
        return None


@dataclass(frozen=True)
class GoProgram(Program):
    """A program that is built from its module's release and kept in the cache by version.

    Args:
        module: the path of the Go module.
        version: the version of the module, as the module proxy names it.
    """

    module: str
    version: str

    @property
    def cached(self) -> Path:
        """Where the binary is once it is built."""
        return cache_dir() / self.command / self.version / self.command

    def install(self) -> Path:
        """Download the release, build it and return the binary's path in the cache; raises as every program does."""
        go = shutil.which("go")
        if go is None:
            raise BackendUnavailableError(
                f"building {self.name} needs Go (1.21 or newer) on PATH; without it, {self.instead}"
            )
        print(f"{self.name}: building {self.version}; the first time this takes minutes", flush=True)
        answer = subprocess.run(
            [go, "mod", "download", "-json", f"{self.module}@{self.version}"],
            check=True,
            stdout=subprocess.PIPE,
        )
        source = json.loads(answer.stdout)["Dir"]
        self.cached.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.cached.with_name(f"{self.command}.{os.getpid()}")
        # Built as the main module, from where Go keeps it: `go install module@version` refuses a go.mod with `replace`,
        # and this way the versions and checksums of everything in it are those that its authors released with.
        subprocess.run(
            [
                *(go, "build", "-C", source, "-trimpath", "-ldflags=-s -w"),
                *("-o", str(unfinished), f"./cmd/{self.command}"),
            ],
            check=True,
            env={**os.environ, "GOWORK": "off"},
        )
        unfinished.replace(self.cached)
        return self.cached

    @property
    def _needs(self) -> str:
        return " (needs Go)"

    def _installed(self) -> Path | None:
        return self.cached if self.cached.exists() else None


@dataclass(frozen=True)
class DebianProgram(Program):
    """A program from a Debian package of the same name."""

    def install(self) -> Path:
        """Install the package and return the program's path; raises as every program does."""
        apt = shutil.which("apt-get")
        if apt is None or os.geteuid() != 0:
            raise BackendUnavailableError(f"installing {self.name} needs apt-get and root; without, {self.instead}")
        print(f"{self.name}: installing the Debian package {self.command}", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "--yes", "--no-install-recommends", self.command]):
            subprocess.run([apt, "--quiet=2", *step], check=True, env=quiet, stdout=subprocess.DEVNULL)
        return self.find()

    @property
    def _needs(self) -> str:
        return " (needs Debian and root)"

"""Where a backend's binary is looked for, in which order, and what is said when there is none."""

import subprocess
from pathlib import Path

import pytest

from tools.backends import BACKENDS, CHROMIUM, JAEGER, PROMETHEUS, TEMPO, main
from tools.programs import BackendUnavailableError

every = pytest.mark.parametrize("program", BACKENDS, ids=lambda program: program.command)
built = pytest.mark.parametrize("program", [JAEGER, TEMPO], ids=lambda program: program.command)
packaged = pytest.mark.parametrize("program", [PROMETHEUS, CHROMIUM], ids=lambda program: program.command)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine that has no backend: nothing named, nothing on PATH, an empty cache."""
    for program in BACKENDS:
        for variable in filter(None, (program.binary_variable, program.running_variable)):
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def executable(path, script=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


@every
def test_without_any_the_message_says_what_helps(nowhere, program):
    with pytest.raises(BackendUnavailableError, match=rf"make backends.*{program.binary_variable}") as raised:
        program.find()
    assert (program.running_variable or "if one runs") in str(raised.value) or program.running_variable is None


@built
def test_what_was_built_before_is_found_in_the_cache(nowhere, program):
    cache = nowhere / "cache" / "warpmetrics-otel"
    cached = executable(cache / program.command / program.version / program.command)
    assert program.find() == cached
    assert executable(nowhere / "bin" / program.command) == program.find()


@every
def test_the_named_one_comes_before_the_one_on_path(nowhere, monkeypatch, program):
    on_path = executable(nowhere / "bin" / program.command)
    assert program.find() == on_path
    named = executable(nowhere / "mine")
    monkeypatch.setenv(program.binary_variable, str(named))
    assert program.find() == named


@every
def test_a_named_one_that_cannot_be_run_is_no_reason_to_take_another(nowhere, monkeypatch, program):
    executable(nowhere / "bin" / program.command)
    monkeypatch.setenv(program.binary_variable, str(nowhere / "missing"))
    with pytest.raises(BackendUnavailableError, match="missing is not an executable file"):
        program.find()


@built
def test_building_without_go_says_what_else_can_be_done(nowhere, program):
    with pytest.raises(
        BackendUnavailableError, match=rf"needs Go.*{program.binary_variable}.*{program.running_variable}"
    ):
        program.install()


@built
def test_what_is_built_is_the_command_of_the_version_and_lands_in_the_cache(nowhere, program):
    # Go itself is tried by `make backends`; here only what it is asked for.
    executable(
        nowhere / "bin" / "go",
        '#!/bin/sh\necho "$@" >> asked.txt\n'
        '[ "$1" = mod ] && echo \'{"Dir": "/source"}\' && exit\n'
        'while [ "$1" != -o ]; do shift; done\necho built > "$2"\n',
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(nowhere)
        patch.setenv("PATH", f"{nowhere / 'bin'}:/usr/bin:/bin")
        path = program.install()
    download, build = (nowhere / "asked.txt").read_text().splitlines()
    assert download == f"mod download -json {program.module}@{program.version}"
    assert build.startswith("build -C /source ")
    assert build.endswith(f" ./cmd/{program.command}")
    assert (path, path.read_text()) == (program.cached, "built\n")
    assert list(path.parent.iterdir()) == [path]


@packaged
def test_a_package_is_installed_by_the_packages_own_client(nowhere, monkeypatch, program):
    apt = '#!/bin/sh\necho "$@" >> asked.txt\n[ "$2" = update ] || cp "$0" "$(dirname "$0")/{}"\n'
    executable(nowhere / "bin" / "apt-get", apt.format(program.command))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.chdir(nowhere)
    monkeypatch.setenv("PATH", f"{nowhere / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr("shutil.which", only_in(nowhere / "bin"))
    assert program.install() == nowhere / "bin" / program.command
    update, install = (nowhere / "asked.txt").read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(f" install --yes --no-install-recommends {program.command}")


def only_in(folder: Path):
    def which(command):
        return str(folder / command) if (folder / command).exists() else None

    return which


@packaged
def test_a_package_needs_root(nowhere, monkeypatch, program):
    executable(nowhere / "bin" / "apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(BackendUnavailableError, match=rf"needs apt-get and root.*{program.binary_variable}"):
        program.install()


def test_what_cannot_be_had_is_told_by_name_and_the_others_are_still_made_available(nowhere, monkeypatch, capsys):
    executable(nowhere / "bin" / "go", "#!/bin/sh\nexit 3\n")
    named = executable(nowhere / "mine")
    monkeypatch.setenv("TEMPO_URL", "http://127.0.0.1:3200")
    monkeypatch.setenv("PROMETHEUS_BIN", str(named))
    monkeypatch.setenv("CHROMIUM_BIN", str(nowhere / "missing"))
    assert main() == 1
    said = capsys.readouterr()
    assert "Tempo: the running one at http://127.0.0.1:3200" in said.out
    assert f"Prometheus: {named}" in said.out
    failed, missing = said.err.splitlines()
    assert failed.startswith("Jaeger v2: Command ")
    assert "exit status 3" in failed
    assert missing == f"Chromium: CHROMIUM_BIN={nowhere / 'missing'} is not an executable file"


def test_when_all_is_there_nothing_is_installed(nowhere, capsys):
    for program in BACKENDS:
        executable(nowhere / "bin" / program.command)
    assert main() == 0
    assert len(capsys.readouterr().out.splitlines()) == len(BACKENDS)


def test_the_program_runs_as_the_makefile_runs_it():
    # One make within another says where it is, unless it is told not to.
    command = ["make", "--dry-run", "--no-print-directory", "backends"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip().endswith("-m tools.backends")

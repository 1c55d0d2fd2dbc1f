"""What tests of commands share: a way to run one in this process."""

import pytest

from warpmetrics_otel.commands import app


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line: its exit code, standard output, and standard error on one line."""
    monkeypatch.delenv("WARPMETRICS_OTLP_FILE", raising=False)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err.replace("\n", " ")

    return run

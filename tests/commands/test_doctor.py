"""`warpmetrics-otel doctor`, run as users run it."""

import json
import re
import socket

import pytest

from tests.docs.markdown import ROOT, read_page
from tests.test_cli import command
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply

FINE, CHANGE, COULD_NOT_TELL = 0, 1, 2
KEY = "wm_test_0123456789abcdef"


@pytest.fixture
def api():
    with NativeApi() as api:
        yield api


def settings(api, **more) -> dict[str, str]:
    return {"WARPMETRICS_API_KEY": KEY, "WARPMETRICS_API_URL": api.url, **more}


def test_all_is_fine(api, tmp_path):
    done = command("doctor", env=settings(api, WARPMETRICS_SPOOL_DIR=str(tmp_path / "spool")))

    assert (done.returncode, done.stderr) == (FINE, "")
    assert done.stdout.startswith("Python 3.")
    assert "api_key    project key, test  (WARPMETRICS_API_KEY)" in done.stdout
    assert "fine     key        The API accepts the key." in done.stdout
    assert done.stdout.endswith("\nNothing is to be changed.\n")


def test_something_is_to_be_changed(api):
    api.keys = {"wm_test_another"}

    done = command("doctor", env=settings(api))

    assert (done.returncode, done.stderr) == (CHANGE, "")
    assert "change   key        The API refuses the key (401" in done.stdout
    assert "-> Was it revoked" in done.stdout
    assert KEY not in done.stdout


def test_something_cannot_be_told(api):
    api.answer(Reply.refused(503), path="/health")
    api.answer(Reply.refused(503), path="/v1/runs")
    assert command("doctor", env=settings(api)).returncode == COULD_NOT_TELL


def test_nothing_configured():
    done = command("doctor")

    assert done.returncode == CHANGE
    assert "What is recorded is sent nowhere." in done.stdout


def test_json_for_programs(api):
    with api.down():
        done = command("doctor", "--json", "--timeout", 1, env=settings(api))

    report = json.loads(done.stdout)
    assert (done.returncode, report["status"]) == (CHANGE, "change")
    assert {each["topic"] for each in report["findings"] if each["status"] == "change"} == {"API"}
    assert KEY not in done.stdout + done.stderr


def test_a_module_that_configures_is_imported_first(api, tmp_path):
    (tmp_path / "setup_of_mine.py").write_text(
        "import warpmetrics_otel as wm\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "from opentelemetry.sdk.trace.sampling import TraceIdRatioBased\n"
        f"wm.configure(api_key=lambda: {KEY!r}, api_url={api.url!r},\n"
        "             tracer_provider=TracerProvider(sampler=TraceIdRatioBased(0.1)))\n"
    )

    done = command("doctor", "--import", "setup_of_mine", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (FINE, "")
    assert "api_key          project key, test  (configure())" in done.stdout
    assert "The provider given to configure() is opentelemetry.sdk.trace.TracerProvider." in done.stdout
    assert "TraceIdRatioBased{0.1} decides" in done.stdout
    assert KEY not in done.stdout


@pytest.mark.parametrize("program", ["raise ValueError('{key}')", "import nothing_of_that_name", ""])
def test_a_module_that_cannot_be_imported(tmp_path, program):
    if program:
        (tmp_path / "setup_of_mine.py").write_text(program.format(key=KEY))

    done = command("doctor", "--import", "setup_of_mine", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (COULD_NOT_TELL, "")
    assert done.stderr.startswith("warpmetrics-otel: Importing setup_of_mine raised ")
    assert KEY not in done.stderr


@pytest.mark.parametrize("variable", ["WARPMETRICS_API_URL", "OTEL_TRACES_EXPORTER"])
def test_the_key_is_not_in_the_output_wherever_it_was_put(api, variable):
    done = command("doctor", "--timeout", 1, env=settings(api, **{variable: KEY}))

    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def without_what_differs(output: str) -> list[str]:
    output = re.sub(r"http://\S+:\d+|https://api.warpmetrics.com", "URL", output)
    return [line for line in output.splitlines() if not line.startswith(("Python ", "api_url"))]


def test_the_page_shows_what_it_says(api):
    api.keys = {"wm_test_another"}
    with socket.create_server(("127.0.0.1", 0)) as collector:
        endpoint = f"http://localhost:{collector.getsockname()[1]}"
        done = command("doctor", env=settings(api, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint))

    shown = next(block for block in read_page(ROOT / "docs" / "doctor.md").blocks if block.language == "text")
    assert without_what_differs(done.stdout) == without_what_differs(shown.text)

"""The commands that read, against servers that are fine, absent, others, slow or short of something.

What is looked at is what a user sees: the exit code, what is shown, and what is said on standard error.
"""

import json
import socket
import threading
from collections import defaultdict

import pytest

from tests.golden.load import HERE, golden
from tests.read.agent_spans import SpanFile, act, native, outcome, trace_hex
from tests.read.backend_server import reply, send, serving
from warpmetrics_otel import Warpmetrics

pytestmark = pytest.mark.otlp_file

FOUND, NOTHING_FOUND, COULD_NOT_LOOK, INCOMPLETE = 0, 1, 2, 3
VARIABLES = ("OTLP_FILE", "JAEGER_URL", "TEMPO_URL", "READ_HEADERS")
COMMANDS = [["chain"], ["chain", native("run", 1)], ["acts"], ["runs"]]

every_command = pytest.mark.parametrize("command", COMMANDS, ids=["chain", "chain of an id", "acts", "runs"])
either = pytest.mark.parametrize("backend", ["--jaeger", "--tempo"])


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(f"WARPMETRICS_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def spans(tmp_path, monkeypatch):
    """A chain of two runs, and one that is alone."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "agents")
    file = SpanFile(tmp_path / "spans.jsonl")
    file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    file.follow_up(2, "Writer", 1, 1, 2, 1, start=10, end=11, events=[outcome(2, "Completed")])
    file.run(3, "Other", start=20, end=21)
    file.close()
    return file.path


class FakeJaeger:
    """A Jaeger with the spans of a file, whose searches go by one attribute."""

    def __init__(self, path):
        self.traces = defaultdict(list)
        for line in path.read_text().splitlines():
            of_resource = json.loads(line)["resourceSpans"]
            self.traces[of_resource[0]["scopeSpans"][0]["spans"][0]["traceId"]] += of_resource

    def __call__(self, connection, request):
        if request.path == "/api/v3/services":
            send(connection, 200, {"services": ["agents"]})
            return
        if request.path == "/api/v3/traces":
            wanted = json.loads(request.query.get("query.attributes", "{}"))
            holding = [spans for spans in self.traces.values() if self._holds(spans, wanted)]
            found = [each for spans in holding[: int(request.query["query.num_traces"])] for each in spans]
        else:
            found = self.traces.get(request.path.rpartition("/")[2])
        if found:
            send(connection, 200, {"result": {"resourceSpans": found}})
        else:
            send(connection, 404, {"error": {"httpCode": 404, "message": "No traces found"}})

    @staticmethod
    def _holds(spans, wanted):
        written = json.dumps(spans)
        return all(
            json.dumps({"key": key, "value": {"stringValue": value}}) in written for key, value in wanted.items()
        )


@pytest.fixture
def jaeger(spans):
    with serving(FakeJaeger(spans)) as server:
        yield server


ALL = ("--since", "2020-01-01", "--until", "2100-01-01")


def test_a_chain_from_jaeger(run, jaeger):
    code, shown, said = run("chain", native("run", 2), "--jaeger", jaeger.url)
    assert (code, said) == (FOUND, "")
    assert shown.count("Writer") >= 2
    assert "Other" not in shown


@pytest.mark.parametrize("command", ["chain", "acts", "runs"])
def test_everything_from_jaeger_and_from_the_file_is_the_same(run, jaeger, spans, command):
    of_jaeger = run(command, "--jaeger", jaeger.url, "--json", *ALL)
    of_file = run(command, "--otlp-file", spans, "--json")
    assert of_jaeger == of_file
    assert of_jaeger[0] == FOUND


@every_command
@either
def test_a_backend_that_is_down(run, command, backend):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    code, shown, said = run(*command, backend, f"http://127.0.0.1:{port}")
    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert "cannot be reached: connection refused. Is this the address of" in said


@every_command
@either
def test_the_port_of_something_else(run, command, backend):
    with serving(reply(200, b"<html>Grafana</html>", "text/html")) as server:
        code, shown, said = run(*command, backend, server.url)
    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert "answered with a web page" in said


@either
def test_the_port_of_something_that_is_no_http(run, backend):
    with serving(lambda connection, request: connection.sendall(b"\0\0\6\4\0\0\0\0\0")) as server:
        code, _, said = run("runs", backend, server.url)
    assert code == COULD_NOT_LOOK
    assert "speaks something else than HTTP" in said


@every_command
@either
def test_a_backend_that_wants_a_login(run, command, backend):
    with serving(reply(401, b"no")) as server:
        code, shown, said = run(*command, backend, server.url, "--header", "Authorization: Bearer s3cret")
    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert "refused with status 401" in said
    assert "s3cret" not in said
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer s3cret"}


@every_command
@either
def test_a_backend_that_does_not_answer_in_time(run, command, backend):
    over = threading.Event()
    try:
        with serving(lambda connection, request: over.wait()) as server:
            code, shown, said = run(*command, backend, server.url, "--timeout", "0.1")
            over.set()
    finally:
        over.set()
    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert "did not answer within 0.1 s" in said


@every_command
def test_a_backend_that_has_nothing(run, tmp_path, command):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    with serving(FakeJaeger(empty)) as server:
        code, shown, said = run(*command, "--jaeger", server.url)
    assert (code, shown) == (NOTHING_FOUND, "")
    assert ("No runs found in Jaeger at" in said) or (f"{native('run', 1)} is not in Jaeger at" in said)


def test_a_backend_that_has_nothing_of_what_is_asked_for(run, jaeger, spans):
    code, _, said = run("chain", "--jaeger", jaeger.url, "--label", "Nobody", *ALL)
    assert (code, "No runs found" in said) == (NOTHING_FOUND, True)
    assert "(--label Nobody; the time that was given)" in said
    code, _, said = run("runs", "--jaeger", jaeger.url, "--label", "Nobody")
    assert code == NOTHING_FOUND
    assert "(--label Nobody; the last 24 hours, as neither --last nor --since says more)" in said
    code, _, said = run("chain", "--otlp-file", spans, "--label", "Nobody")
    assert code == NOTHING_FOUND
    assert f"None of the 2 chains in {spans} is of what was asked for." in said
    code, _, said = run("chain", native("run", 99), "--otlp-file", spans)
    assert code == NOTHING_FOUND
    assert "is in none of the 2 chains of" in said


@pytest.mark.parametrize("command", ["chain", "acts", "runs"])
def test_a_result_that_was_cut_short(run, jaeger, command):
    code, shown, said = run(command, "--jaeger", jaeger.url, "--limit", "2", *ALL)
    assert code == INCOMPLETE
    assert shown
    assert "gave 2 traces, the most that --limit allows" in said
    code, shown, said = run(command, "--jaeger", jaeger.url, "--limit", "2", "--json", *ALL)
    (why,) = json.loads(shown)["incomplete"]
    assert (code, why in said) == (INCOMPLETE, True)


def test_what_can_be_read_of_a_file_is_shown_and_the_rest_told(run, spans):
    spans.write_bytes(b"nonsense\n" * 9 + spans.read_bytes())
    code, shown, said = run("chain", native("run", 2), "--otlp-file", spans)
    assert (code, shown.count("Writer") >= 2) == (INCOMPLETE, True)
    assert said.count("Skipped") == 6
    assert "line 5: not JSON" in said
    assert "line 6" not in said


@pytest.mark.parametrize(
    ("selection", "labels"),
    [
        (["--label", "Other"], {"Other"}),
        (["--since", "2026-09-21T14:13:35Z"], {"Other"}),
        (["--until", "2026-09-21T14:13:35Z"], {"Writer"}),
        (["--since", "2026-09-21T14:13:25Z", "--until", "2026-09-21T14:13:35Z"], {"Writer"}),
        (["--until", "2026-09-21T14:13:45Z", "--last", "30s"], {"Other", "Writer"}),
        (["--service", "agents"], {"Other", "Writer"}),
    ],
)
def test_which_runs(run, jaeger, spans, selection, labels):
    more = ALL if selection[0] in ("--label", "--service") else ()
    for where in (["--otlp-file", spans], ["--jaeger", jaeger.url, *more]):
        code, shown, _ = run("chain", "--json", *where, *selection)
        assert code == FOUND
        found = {run["label"] for chain in json.loads(shown)["chains"] for run in chain["runs"]}
        assert found == labels, where


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Where to read from? Give --otlp-file FILE, --jaeger URL or --tempo URL"),
        (["--jaeger", "http://a", "--tempo", "http://b"], "--jaeger and --tempo are given: one is enough"),
        (["--jaeger", "localhost:16686"], "has to be an http:// or https:// URL: perhaps http://localhost:16686"),
        (["--tempo", "http://a", "--header", "s3cret"], "Header 1 is not of the form"),
        (
            ["--tempo", "http://a", "--proxy", "socks5://p:1"],
            "address of the proxy has to be an http:// or https:// URL",
        ),
        (["--otlp-file", "none.jsonl"], "There is no file none.jsonl."),
        (
            ["--jaeger", "http://a", "--since", "yesterday"],
            "--since 'yesterday' cannot be read: give it as in 2026-11-22",
        ),
        (["--jaeger", "http://a", "--last", "a while"], "--last 'a while' cannot be read: give it as in 24h"),
        (["--jaeger", "http://a", "--since", "2026-11-22", "--last", "1h"], "one is enough"),
        (["--jaeger", "http://a", "--since", "2026-11-22", "--until", "2026-11-21"], "is after --until"),
    ],
)
@every_command
def test_options_that_make_no_sense(run, monkeypatch, tmp_path, command, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, shown, error = run(*command, *arguments)
    assert (code, shown) == (COULD_NOT_LOOK, "")
    assert said in error
    assert "s3cret" not in error


def test_where_from_by_the_environment(run, jaeger, spans, monkeypatch):
    monkeypatch.setenv("WARPMETRICS_JAEGER_URL", jaeger.url)
    monkeypatch.setenv("WARPMETRICS_READ_HEADERS", "X-Scope-OrgID=team%201")
    assert run("chain", native("run", 1))[0] == FOUND
    assert {request.headers["x-scope-orgid"] for request in jaeger.requests} == {"team 1"}
    run("chain", native("run", 1), "--header", "X-Scope-OrgID: other", "--header", "B: c")
    assert jaeger.requests[-1].headers.items() >= {"x-scope-orgid": "other", "b": "c"}.items()
    # An option says where from, whatever the environment says.
    asked = len(jaeger.requests)
    assert run("chain", native("run", 1), "--otlp-file", spans)[0] == FOUND
    assert len(jaeger.requests) == asked
    monkeypatch.setenv("WARPMETRICS_TEMPO_URL", "http://127.0.0.1:1")
    assert "--jaeger and --tempo are given" in run("chain")[2]


def test_a_trace_id_of_jaegers_page(run, jaeger):
    code, shown, _ = run("chain", trace_hex(native("run", 2)), "--jaeger", jaeger.url, "--json")
    (chain,) = json.loads(shown)["chains"]
    assert (code, [run["id"] for run in chain["runs"]]) == (FOUND, [native("run", 1), native("run", 2)])


OTHERS = HERE / "genai_openai" / "chat.jsonl"


@pytest.mark.parametrize("command", ["chain", "runs"])
def test_traces_of_others_are_runs_unless_they_are_not_wanted(run, spans, monkeypatch, command):
    def labels(*options):
        code, shown, _ = run(command, "--json", "--otlp-file", spans, "--otlp-file", OTHERS, *options)
        assert code == FOUND
        return "chat gpt-5-mini" in shown, "Writer" in shown

    assert labels() == (True, True)
    assert labels("--no-infer-runs") == (False, True)
    monkeypatch.setenv("WARPMETRICS_INFER_RUNS", "false")
    assert labels() == (False, True)
    assert labels("--infer-runs") == (True, True)


def test_what_verbs_say_about_a_trace_of_others_stays(run, tmp_path):
    others = tmp_path / "others.jsonl"
    others.write_bytes(OTHERS.read_bytes())
    (span,) = golden("genai_openai", "chat")
    recorder = Warpmetrics(otlp_file=others)
    recorder.act(recorder.outcome(f"00-{span.trace_id:032x}-{span.span_id:016x}-01", "Failed"), "retry")
    recorder.shutdown()
    for options in ((), ("--no-infer-runs",)):
        _, shown, _ = run("acts", "--json", "--otlp-file", others, *options)
        assert [(act["name"], act["count"]) for act in json.loads(shown)["acts"]] == [("retry", 1)]

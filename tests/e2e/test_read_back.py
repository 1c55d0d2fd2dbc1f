"""Chains read back with our own reader and command: real backends give the spans that went in, and whole chains.

What a backend itself shows is in the tests beside this one; here the way back is what is tested.
"""

import json

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.e2e.agents import Agents
from tests.e2e.native_ids import trace_of
from tests.e2e.server_process import wait_for
from warpmetrics_otel import Warpmetrics, ids
from warpmetrics_otel.commands import app
from warpmetrics_otel.read import read_spans
from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.jaeger import Jaeger as JaegerBackend
from warpmetrics_otel.read.tempo import Tempo as TempoBackend


def option_of(backend) -> str:
    return f"--{type(backend).__name__.lower()}"


@pytest.fixture
def command(capsys):
    """Run the command line in this process: exit code, standard output, standard error."""

    def command(*arguments):
        with pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return command


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("OTLP_FILE", "JAEGER_URL", "TEMPO_URL", "READ_HEADERS"):
        monkeypatch.delenv(f"WARPMETRICS_{name}", raising=False)


def record(wm) -> list[str]:
    """A chain with something of everything; the ids of its runs."""
    with wm.run("Writer", {"attempt": 1, "ratio": 0.5, "tags": ["a", "b"], "näme": "ünï"}) as first:
        with wm.group(first, "Drafting") as group:
            wm.record_call(
                group, provider="openai", model="m", tokens={"prompt": 3, "completion": 4}, cost=0.25,
                started_at="2026-11-02T10:00:00.250Z", ended_at="2026-11-02T10:00:01.5Z",
            )  # fmt: skip
            wm.record_call(group, provider="openai", model="m", error=TimeoutError("too slow"))
        act = wm.act(wm.outcome(first, "Failed", {"score": 3, "reason": "x" * 100}), "retry", {"attempt": 2})
    with wm.run("Writer", {"attempt": 2}, follows=act) as second:
        pass
    late = wm.outcome(second.id, "Merged", {"by": "ann"})
    with wm.run("Deploy", follows=wm.act(late, "deploy")) as third:
        wm.outcome(third, "Completed")
    return [first.id, second.id, third.id]


@pytest.mark.otlp_file
def test_the_same_program_gives_the_same_spans_from_jaeger_tempo_and_a_file(jaeger, tempo, tmp_path):
    from opentelemetry.exporter.otlp.json.file import FileSpanExporter

    path = tmp_path / "spans.jsonl"
    provider = TracerProvider(shutdown_on_exit=False, resource=Resource.create({"service.name": "read-back"}))
    for exporter in (
        FileSpanExporter(path),
        OTLPSpanExporter(f"{jaeger.otlp_http_url}/v1/traces"),
        OTLPSpanExporter(f"{tempo.otlp_http_url}/v1/traces"),
    ):
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    wm = Warpmetrics(tracer_provider=provider)
    run_ids = record(wm)
    wm.shutdown()
    provider.shutdown()

    expected = sorted(read_spans(path))
    traces = [f"{ids.trace_id_of(run_id):032x}" for run_id in run_ids]
    assert {span.trace_id for span in expected} == set(traces)
    for backend in (JaegerBackend(jaeger.query_url, Asking()), TempoBackend(tempo.query_url, Asking())):
        spans = wait_for(
            lambda backend=backend: sorted(backend.traces(traces)),
            lambda spans: len(spans) >= len(expected),
            f"the spans in {backend.name}",
        )
        assert spans == expected, backend.name
        assert backend.incomplete == []


FIRST = """
with wm.run("Writer", {"attempt": 1}) as run:
    group = wm.group(run, "Drafting")
    call = wm.record_call(group, provider="local", model="tiny")
    outcome = wm.outcome(run, "Failed")
    act = wm.act(outcome, "retry")
wm.flush()
show(run=run.id, group=group.id, call=call.id, outcome=outcome.id, act=act.id, ref=act.ref)
"""
NEXT = """
with wm.run("Writer", follows=sys.argv[1]) as run:
    act = wm.act(wm.outcome(run, "Failed"), "retry")
wm.flush()
show(run=run.id, act=act.id, ref=act.ref)
"""
LATE = 'outcome = wm.outcome(sys.argv[1], "Merged")\nwm.flush()\nshow(outcome=outcome.id)'


class Chain:
    """A chain of four processes: by a ref, then by an act's bare id, and an outcome by the last run's bare id."""

    def __init__(self, agents):
        self.agents, self.backend = agents, agents.backend
        self.first = agents.run(FIRST)
        self.second = agents.run(NEXT, self.first["ref"])
        self.third = agents.run(NEXT, self.second["act"], logged="store act.ref, not act.id")
        self.late = agents.run(LATE, self.third["run"])
        self.runs = [each["run"] for each in (self.first, self.second, self.third)]
        self.where = (option_of(self.backend), self.backend.query_url, "--service", agents.service)
        for run, spans in zip(self.runs, (3, 1, 2), strict=True):
            self.backend.found_trace(trace_of(run), until=lambda found, spans=spans: len(found) == spans)


@pytest.fixture(scope="module")
def chain(agents):
    return Chain(agents)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda chain: chain.runs[0],
        lambda chain: chain.runs[1],
        lambda chain: chain.runs[2],
        lambda chain: trace_of(chain.runs[1]),
        lambda chain: chain.first["ref"],
        lambda chain: chain.first["act"],
        lambda chain: chain.second["act"],
        lambda chain: chain.third["act"],
        lambda chain: chain.first["outcome"],
        lambda chain: chain.first["group"],
        lambda chain: chain.first["call"],
        lambda chain: chain.late["outcome"],
    ],
)
def test_any_id_of_a_chain_gives_all_of_it(chain, command, wanted):
    code, shown, said = command("chain", wanted(chain), *chain.where[:2], "--json")
    assert (code, said) == (0, "")
    (found,) = json.loads(shown)["chains"]
    assert [run["id"] for run in found["runs"]] == chain.runs
    assert [[outcome["name"] for outcome in run["outcomes"]] for run in found["runs"]] == [
        ["Failed"],
        ["Failed"],
        ["Failed", "Merged"],
    ]


JOINED = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(sys.argv[1] + "/v1/traces")))
wm.configure(tracer_provider=provider)
with provider.get_tracer("web").start_as_current_span("request"), wm.run("Writer", parent="current") as run:
    outcome = wm.outcome(run, "Failed")
    act = wm.act(outcome, "retry")
for other in range(2):
    with wm.run("Writer", follows=act): pass
wm.flush()
provider.shutdown()
show(run=run.id, trace=f"{run.trace_id:032x}" if isinstance(run.trace_id, int) else run.trace_id)
"""


def test_a_run_in_the_trace_of_another_and_two_that_follow_it(agents, command):
    # Of a service of its own: other tests look at everything of theirs.
    agents = Agents(agents.backend, agents.protocol)
    recorded = agents.run(JOINED, agents.backend.otlp_http_url)
    assert trace_of(recorded["run"]) != recorded["trace"]
    agents.run(LATE, recorded["run"])

    def found():
        code, shown, _ = command(
            "chain", recorded["run"], option_of(agents.backend), agents.backend.query_url, "--json"
        )
        return json.loads(shown)["chains"][0]["runs"] if code == 0 else []

    def whole(runs):
        return len(runs) == 3 and len(runs[0]["outcomes"]) == 2

    first, *others = wait_for(found, whole, "the joined run with what follows it")
    assert first["id"] == recorded["run"]
    assert [outcome["name"] for outcome in first["outcomes"]] == ["Failed", "Merged"]
    assert not first["missing"]
    assert len(others) == 2


def test_everything_of_a_service_is_the_chain(chain, command):
    code, shown, said = command("chain", *chain.where, "--last", "1h", "--json")
    assert (code, said) == (0, "")
    assert [[run["id"] for run in each["runs"]] for each in json.loads(shown)["chains"]] == [chain.runs]


def test_a_label_gives_the_whole_of_its_chains(chain, command):
    code, shown, _ = command("chain", *chain.where, "--label", "Writer", "--json")
    assert code == 0
    assert [[run["id"] for run in each["runs"]] for each in json.loads(shown)["chains"]] == [chain.runs]
    assert command("chain", *chain.where, "--label", "Nobody")[0] == 1


def test_a_limit_that_cuts_is_told(chain, command):
    code, _, said = command("chain", *chain.where, "--limit", "1", "--last", "1h")
    assert code == 3
    assert "gave 1 traces, the most that --limit allows" in said


def test_an_id_that_is_not_there(chain, command):
    code, shown, said = command("chain", "wm_run_01m00000000000000000000000", *chain.where[:2])
    assert (code, shown) == (1, "")
    assert "is not in" in said


@pytest.mark.parametrize("port", ["otlp_grpc_url", "otlp_http_url"])
@pytest.mark.parametrize("arguments", [("chain",), ("chain", "wm_run_01m00000000000000000000000")])
def test_another_port_of_the_same_backend(agents, command, port, arguments):
    code, shown, said = command(*arguments, option_of(agents.backend), getattr(agents.backend, port))
    assert (code, shown) == (2, "")
    assert "Is this the address of" in said


def test_one_backend_taken_for_the_other(jaeger, tempo, command):
    for option, url in (("--jaeger", tempo.query_url), ("--tempo", jaeger.query_url)):
        for wanted in ((), ("wm_run_01m00000000000000000000000",)):
            code, shown, said = command("chain", *wanted, option, url)
            assert (code, shown) == (2, ""), (option, wanted, said)
            assert "Is this the address of" in said


ASKED = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5-mini"}


@pytest.mark.parametrize("name", ["jaeger", "tempo"])
def test_a_trace_of_others_is_a_run_and_found_among_runs_once_it_has_an_outcome(name, request, command):
    backend = request.getfixturevalue(name)
    service = f"others-in-{name}"
    provider = TracerProvider(shutdown_on_exit=False, resource=Resource.create({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{backend.otlp_http_url}/v1/traces")))
    tracer = provider.get_tracer("somebody's")
    with tracer.start_as_current_span("answer a question") as root:
        tracer.start_span("chat gpt-5-mini", attributes=ASKED).end()
    said = root.get_span_context()
    traceparent = f"00-{said.trace_id:032x}-{said.span_id:016x}-01"
    runs = ("runs", option_of(backend), backend.query_url, "--service", service)

    backend.found_trace(f"{said.trace_id:032x}", until=lambda spans: len(spans) == 2)
    _, shown, _ = command("chain", f"{said.trace_id:032x}", option_of(backend), backend.query_url, "--json")
    (run,) = json.loads(shown)["chains"][0]["runs"]
    assert (run["id"], run["label"]) == (ids.run_id_of_trace(said.trace_id), "answer a question")
    assert [call["model"] for call in run["calls"]] == ["gpt-5-mini"]
    assert command(*runs)[0] == 1

    wm = Warpmetrics(tracer_provider=provider)
    wm.outcome(traceparent, "Helpful")
    wm.shutdown()
    provider.shutdown()
    _, shown, _ = wait_for(lambda: command(*runs), lambda answer: answer[0] == 0, "the outcome to be searchable")
    assert "answer a question" in shown
    assert "Helpful" in shown

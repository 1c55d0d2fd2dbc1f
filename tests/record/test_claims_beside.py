"""Captured calls beside others: another recorder, another configuration, another instrumentation, another process."""

import os
import threading

import openai
import pytest

from tests.record.agents import MESSAGES, asking, calls, parents
from tests.record.memory import attributes, remembered
from warpmetrics_otel import Warpmetrics, semconv


class TestTwoRecorders:
    @pytest.fixture
    def other(self):
        with remembered() as other:
            yield other

    def test_each_gets_the_calls_of_its_own_clients(self, memory, other, server):
        with (
            asking(memory.wm, server) as mine,
            asking(other.wm, server) as theirs,
            memory.wm.run("Mine") as my_run,
            other.wm.run("Theirs") as their_run,
        ):
            mine.ask()
            theirs.ask()
            theirs.ask()
        assert parents(memory) == [my_run.id]
        assert parents(other) == [their_run.id] * 2

    def test_one_does_not_know_the_responses_of_the_other(self, memory, other, server, caplog):
        with asking(memory.wm, server) as client:
            response = client.ask()
        other.wm.call(other.wm.run("Theirs"), response)
        assert calls(other) == []
        assert "did not come from a client passed to warp()" in caplog.text

    def test_a_client_passed_to_both_tells_the_last(self, memory, other, server):
        with asking(memory.wm, server) as client:
            other.wm.warp(client.openai)
            with memory.wm.run("Mine"), other.wm.run("Theirs") as run:
                client.ask()
        assert calls(memory) == []
        assert parents(other) == [run.id]


def test_a_client_passed_to_warp_before_configure_follows_the_configuration(server):
    wm = Warpmetrics(enabled=False)
    with asking(wm, server) as client, remembered() as memory:
        client.ask()
        wm.configure(tracer_provider=memory.provider)
        with wm.run("Writer") as run:
            client.ask()
        wm.shutdown()
        assert parents(memory) == [run.id]


def test_passed_to_call_by_many_threads_it_is_one_call(memory, wm, server):
    with asking(wm, server) as client:
        responses = [client.ask() for _ in range(20)]
    run = wm.run("Writer")
    start = threading.Barrier(8)
    ids = [set() for _ in responses]

    def pass_all():
        start.wait()
        for response, known in zip(responses, ids, strict=True):
            known.add(wm.call(run, response).id)

    threads = [threading.Thread(target=pass_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(known) for known in ids] == [1] * 20
    assert sorted(span.context.span_id for span in calls(memory)) == sorted(
        memory.of(*known).context.span_id for known in ids
    )
    assert len(calls(memory)) == 20


@pytest.mark.parametrize("explicit", [True, False], ids=["passed to call", "made inside"])
def test_beside_the_genai_instrumentation_a_request_is_one_call(memory, wm, server, explicit):
    instrumentation = pytest.importorskip(
        "opentelemetry.instrumentation.genai.openai", reason="needs opentelemetry-instrumentation-genai-openai"
    )
    instrumentor = instrumentation.OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=memory.provider)
    try:
        with asking(wm, server) as client, wm.run("Writer") as run:
            response = client.ask()
            if explicit:
                wm.call(run, response)
        with openai.OpenAI(api_key="key", base_url=server.openai_base_url) as theirs:
            theirs.chat.completions.create(model="gpt-theirs", messages=MESSAGES)
    finally:
        instrumentor.uninstrument()
    chats = [span for span in memory.spans if attributes(span).get(semconv.GEN_AI_OPERATION_NAME) == "chat"]
    assert [(span.name, span.instrumentation_scope.name == "warpmetrics_otel") for span in chats] == [
        ("chat gpt-test", True),
        ("chat gpt-theirs", False),
    ]
    assert parents(memory) == [run.id]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
class TestForked:
    @pytest.fixture
    def in_child(self, memory):
        """Run something in a forked child; gives the calls that it records there, as (name, parent id)."""

        def in_child(work):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    work()
                    for span in calls(memory):
                        line = f"{span.name}\t{attributes(span)[semconv.WARPMETRICS_PARENT_ID]}\n"
                        os.write(writing, line.encode())
                finally:
                    os._exit(0)
            os.close(writing)
            with os.fdopen(reading) as told:
                found = [tuple(line.rstrip().split("\t")) for line in told]
            os.waitpid(pid, 0)
            return found

        return in_child

    def test_what_the_parent_captured_is_not_recorded_by_the_child_too(self, memory, wm, server, in_child):
        with asking(wm, server) as client, wm.run("Writer") as run:
            client.ask()
            assert in_child(wm.flush) == []
        assert parents(memory) == [run.id]

    def test_what_the_child_captures_in_the_parents_run_is_of_that_run(self, memory, wm, server, in_child):
        with wm.run("Writer") as run:

            def work():
                with asking(wm, server) as client:
                    client.ask()
                    wm.flush()

            assert in_child(work) == [("chat gpt-test", run.id)]
        assert calls(memory) == []

    def test_a_stream_passed_to_call_before_the_fork_is_the_parents(self, memory, wm, server, in_child):
        with asking(wm, server) as client:
            run = wm.run("Writer")
            stream = client.stream()
            wm.call(run, stream)
            assert in_child(wm.shutdown) == []
            for _ in stream:
                pass
        assert parents(memory) == [run.id]

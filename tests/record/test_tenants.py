"""Several recorders side by side, and one that is configured after its client was warped: captured calls go right."""

import openai
import pytest

from tests.record.memory import attributes, remembered
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.testing import ProviderServer


def client(server: ProviderServer) -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-test", base_url=server.openai_base_url, max_retries=0)


def ask(client: openai.OpenAI) -> object:
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])


def test_each_client_tells_the_recorder_that_warped_it(server: ProviderServer) -> None:
    with remembered() as first, remembered() as second, client(server) as for_first, client(server) as for_second:
        first.wm.warp(for_first)
        second.wm.warp(for_second)
        with first.wm.run("first") as first_run, second.wm.run("second") as second_run:
            ask(for_first)
            ask(for_second)
            # A call that another recorder captured is unknown here, and stays with the run it was made in.
            assert not second.wm.call(second_run, ask(for_first)).span.is_recording()

        for memory, run, expected in ((first, first_run, 2), (second, second_run, 1)):
            calls = [span for span in memory.spans if span.name == "chat m"]
            assert len(calls) == expected
            for call in calls:
                assert call.parent.span_id == ids.span_id_of(run.id)
                assert attributes(call)[semconv.WARPMETRICS_PARENT_ID] == run.id


def test_a_client_warped_before_the_configuration_tells_the_one_in_force(server: ProviderServer) -> None:
    with remembered() as first, remembered() as second, client(server) as warped:
        first.wm.warp(warped)
        first.wm.configure(tracer_provider=second.provider)
        with first.wm.run("claimed"):
            ask(warped)
        run = first.wm.run("passed")
        first.wm.call(run, ask(warped))
        first.wm.shutdown()

        assert first.spans == []
        assert sorted(span.name for span in second.spans) == [
            "chat m",
            "chat m",
            "invoke_workflow claimed",
            "invoke_workflow passed",
        ]


def test_warping_a_client_configures_nothing(server: ProviderServer, caplog: pytest.LogCaptureFixture) -> None:
    with remembered() as memory, client(server) as warped:
        memory.wm.shutdown()
        memory.wm.warp(warped)
        ask(warped)
        assert memory.spans == []
    assert caplog.text == ""

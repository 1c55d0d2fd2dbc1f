"""Whose a call of a `warp()`-ed client is: who it is passed to, else what it was made in, else nobody's."""

import asyncio
import json

import openai
import pytest

from tests.record.agents import MESSAGES, asking, async_openai, calls, parents, sync_anthropic
from tests.record.memory import attributes
from warpmetrics_otel import semconv
from warpmetrics_otel.testing import Answer, Hold, Usage


@pytest.fixture
def client(wm, server):
    with asking(wm, server) as client:
        yield client


class TestPassedToCall:
    def test_a_response_is_recorded_on_the_target_with_its_opts(self, memory, wm, client):
        client.server.answer(Answer("Riga is wet.", usage=Usage(prompt=11, completion=4, cached=3), model="gpt-2026"))
        run = wm.run("Writer")
        call = wm.call(run, client.ask(temperature=0.5), {"label": "extract"})
        (span,) = calls(memory)
        assert span is memory.of(call)
        assert span.name == "chat gpt-test"
        assert (
            attributes(span).items()
            >= {
                semconv.GEN_AI_PROVIDER_NAME: "openai",
                semconv.GEN_AI_RESPONSE_MODEL: "gpt-2026",
                semconv.GEN_AI_REQUEST_TEMPERATURE: 0.5,
                semconv.GEN_AI_USAGE_INPUT_TOKENS: 11,
                semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 4,
                semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 3,
            }.items()
        )
        assert json.loads(attributes(span)[semconv.WARPMETRICS_OPTS]) == {"label": "extract"}
        assert parents(memory) == [run.id]

    def test_it_goes_where_it_is_passed_though_made_in_another_run(self, memory, wm, client):
        elsewhere = wm.run("Elsewhere")
        with wm.run("Here"):
            wm.call(elsewhere, client.ask())
        assert parents(memory) == [elsewhere.id]

    def test_a_target_may_be_an_id_of_another_process(self, memory, wm, client):
        run_id = "wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x"
        wm.call(run_id, client.ask())
        assert parents(memory) == [run_id]

    def test_passing_it_again_does_nothing_and_gives_the_same_call(self, memory, wm, client):
        run, other = wm.run("Writer"), wm.run("Other")
        response = client.ask()
        first = wm.call(run, response)
        assert wm.call(other, response, {"late": True}) == first
        assert parents(memory) == [run.id]

    def test_a_failed_request_is_recorded_by_its_exception(self, memory, wm, client):
        client.server.answer(Answer(status=400, message="no such model"))
        run = wm.run("Writer")
        with pytest.raises(openai.BadRequestError) as raised:
            client.ask()
        call = wm.call(run, raised.value)
        (span,) = calls(memory)
        assert span is memory.of(call)
        assert span.status.status_code.name == "ERROR"
        assert "no such model" in span.status.description
        assert attributes(span)[semconv.ERROR_TYPE] == "openai.BadRequestError"

    def test_a_response_may_have_outcomes(self, memory, wm, client):
        run = wm.run("Writer")
        response = client.ask()
        call = wm.call(run, response)
        wm.outcome(response, "Too long")
        (carrier,) = memory.carriers()
        assert attributes(carrier)[semconv.WARPMETRICS_TARGET_ID] == call.id
        assert wm.ref(response) == call.id

    def test_anthropic_responses_are_taken_likewise(self, memory, wm, server):
        run = wm.run("Writer")
        with wm.warp(sync_anthropic(server)) as client:
            wm.call(run, client.messages.create(model="claude-test", max_tokens=50, messages=MESSAGES))
        (span,) = calls(memory)
        assert attributes(span)[semconv.GEN_AI_PROVIDER_NAME] == "anthropic"
        assert parents(memory) == [run.id]


class TestMadeInsideOfSomething:
    def test_the_end_of_the_block_claims_it(self, memory, wm, client):
        with wm.run("Writer") as run:
            client.ask()
            assert calls(memory) == []
        assert parents(memory) == [run.id]

    def test_the_innermost_block_claims_it(self, memory, wm, client):
        with wm.run("Writer") as run, wm.group(run, "Drafting") as group:
            client.ask()
        assert parents(memory) == [group.id]

    def test_the_end_of_a_use_block_claims_it(self, memory, wm, client):
        run = wm.run("Writer")
        with wm.use(run):
            client.ask()
        assert parents(memory) == [run.id]

    @pytest.mark.parametrize("target", ["run.id", "run.ref"])
    def test_what_use_made_current_by_a_string_claims_it(self, memory, wm, client, target):
        run_id = "wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x"
        text = run_id if target == "run.id" else f"{run_id}@00-0193469989f4b0ac93621a0e0d8e9cb1-93621a0e0d8e9cb1-01"
        with wm.use(text):
            client.ask()
        (span,) = calls(memory)
        assert attributes(span)[semconv.WARPMETRICS_PARENT_ID] == run_id

    @pytest.mark.parametrize(
        "verb",
        [
            lambda wm, run: wm.group(run, "Next"),
            lambda wm, run: wm.outcome(run, "Drafted"),
            lambda wm, run: wm.record_call(run, provider="x", model="y"),
            lambda wm, run: wm.run("Another"),
            lambda wm, run: wm.outcome("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", "Merged"),
            lambda wm, run: wm.start_call(run, provider="x", model="y"),
        ],
        ids=["group", "outcome", "record_call", "run", "outcome elsewhere", "start_call"],
    )
    def test_the_next_verb_in_the_same_context_claims_it(self, memory, wm, client, verb):
        with wm.run("Writer") as run:
            client.ask()
            verb(wm, run)
            assert parents(memory)[0] == run.id
        assert [span.name for span in calls(memory)].count("chat gpt-test") == 1

    def test_the_next_captured_call_in_the_same_context_claims_it(self, memory, wm, client):
        with wm.run("Writer") as run:
            client.ask()
            client.ask()
            assert parents(memory) == [run.id]
        assert parents(memory) == [run.id] * 2

    def test_an_outcome_on_the_response_claims_it(self, memory, wm, client):
        with wm.run("Writer") as run:
            response = client.ask()
            wm.outcome(response, "Too long")
        assert parents(memory) == [run.id]
        (carrier,) = memory.carriers()
        assert attributes(carrier)[semconv.WARPMETRICS_TARGET_ID] == wm.ref(response)

    def test_a_failed_request_is_claimed_too(self, memory, wm, client):
        client.server.answer(Answer(status=500))
        with wm.run("Writer") as run, pytest.raises(openai.InternalServerError):
            client.ask()
        assert parents(memory) == [run.id]
        assert calls(memory)[0].status.status_code.name == "ERROR"

    def test_its_times_are_those_of_the_request(self, memory, wm, client):
        with wm.run("Writer"):
            client.ask()
            with memory.provider.get_tracer("tests").start_as_current_span("afterwards"):
                pass
        (call,), afterwards = calls(memory), memory.named("afterwards")
        run = memory.named("invoke_workflow Writer")
        assert run.start_time <= call.start_time < call.end_time <= afterwards.start_time

    def test_every_task_of_a_gathering_keeps_its_own(self, memory, wm, server):
        async def attempt(client, number):
            with wm.run(f"Attempt {number}") as run:
                response = await client.chat.completions.create(model=f"gpt-{number}", messages=MESSAGES)
                if number % 2:
                    wm.call(run, response)
            return run.id

        async def all_of_them():
            async with wm.warp(async_openai(server)) as client:
                return await asyncio.gather(*(attempt(client, number) for number in range(10)))

        run_ids = asyncio.run(all_of_them())
        by_model = {span.name: attributes(span)[semconv.WARPMETRICS_PARENT_ID] for span in calls(memory)}
        assert by_model == {f"chat gpt-{number}": run_id for number, run_id in enumerate(run_ids)}
        assert len(calls(memory)) == 10

    def test_a_gathering_inside_one_run_is_all_of_that_run(self, memory, wm, server):
        async def main():
            async with wm.warp(async_openai(server)) as client:
                asked = [client.chat.completions.create(model=f"gpt-{n}", messages=MESSAGES) for n in range(10)]
                with wm.run("Writer") as run:
                    first, *_ = await asyncio.gather(*asked)
                    group = wm.group(run, "Review")
                    wm.call(group, first)
                return run.id, group.id

        run_id, group_id = asyncio.run(main())
        assert sorted(parents(memory)) == sorted([run_id] * 9 + [group_id])


class TestMadeOutside:
    def test_it_is_never_recorded(self, memory, wm, client):
        client.ask()
        with wm.run("Writer") as run:
            wm.outcome(run, "Completed")
        wm.flush(end_open=True)
        wm.shutdown()
        assert calls(memory) == []

    def test_its_outcome_is_nobodys_either(self, memory, wm, client, caplog):
        response = client.ask()
        wm.outcome(response, "Too long")
        assert memory.spans == []
        assert "nothing is recorded" in caplog.text

    def test_it_can_still_be_passed_once_a_run_is_there(self, memory, wm, client):
        response = client.ask()
        with wm.run("Writer") as run:
            wm.call(run, response)
        assert parents(memory) == [run.id]
        (call,) = calls(memory)
        assert call.start_time < memory.named("invoke_workflow Writer").start_time


def test_a_request_still_under_way_when_its_block_ends_is_recorded_when_it_comes(memory, wm, server):
    hold = Hold()
    server.answer(Answer("late", hold=hold))

    async def main():
        async with wm.warp(async_openai(server)) as client:
            with wm.run("Writer") as run:
                task = asyncio.create_task(client.chat.completions.create(model="gpt-test", messages=MESSAGES))
                await asyncio.to_thread(hold.reached.wait)
            assert calls(memory) == []
            hold.release()
            await task
            return run.id

    run_id = asyncio.run(main())
    assert parents(memory) == [run_id]

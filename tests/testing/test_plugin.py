"""The pytest plugin as users' projects meet it: in a pytest of its own."""

pytest_plugins = "pytester"

AGENT = """
    import warpmetrics_otel as wm

    def agent():
        with wm.run("Writer") as run:
            wm.outcome(run, "Completed")
"""


def passes(pytester, number):
    pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "-p", "no:logfire").assert_outcomes(passed=number)


def test_the_fixture_is_there_without_being_asked_for(pytester):
    pytester.makepyfile(
        f"""{AGENT}
    def test_first(warpmetrics):
        agent()
        assert [run.outcomes[0].name for run in warpmetrics.runs] == ["Completed"]

    def test_second_starts_empty(warpmetrics):
        assert warpmetrics.runs == []
    """
    )
    passes(pytester, 2)


def test_afterwards_recording_goes_where_it_went_before(pytester):
    pytester.makepyfile(
        f"""{AGENT}
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    wm.configure(tracer_provider=provider)
    open_run = wm.run("Open")

    def test_inside(warpmetrics):
        agent()
        assert len(warpmetrics.runs) == 1

    def test_afterwards():
        assert exporter.get_finished_spans() == ()
        assert not open_run.ended
        agent()
        open_run.end()
        names = [span.name for span in exporter.get_finished_spans()]
        assert names == ["invoke_workflow Writer", "invoke_workflow Open"]
    """
    )
    passes(pytester, 2)


def test_afterwards_what_was_never_configured_is_so_again(pytester, monkeypatch):
    monkeypatch.setenv("WARPMETRICS_ENABLED", "false")
    pytester.makepyfile(
        f"""{AGENT}
    def test_inside(warpmetrics):
        agent()
        assert len(warpmetrics.runs) == 1

    def test_afterwards():
        assert not wm.run("Writer").span.is_recording()
    """
    )
    passes(pytester, 2)


def test_sessions_that_do_not_use_it_load_no_opentelemetry(pytester):
    pytester.makepyfile(
        """
    import sys

    def test_loaded(pytestconfig):
        assert pytestconfig.pluginmanager.has_plugin("warpmetrics")
        assert not [name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "warpmetrics_otel")]
    """
    )
    passes(pytester, 1)


SENDING = """
    import json
    import urllib.request

    def send(api, batch, key):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "X-SDK-Version": "1"}
        request = urllib.request.Request(f"{api.url}/v1/events", json.dumps(batch).encode(), headers)
        urllib.request.urlopen(request).close()

    def batch(label):
        run = {"id": "wm_run_1", "label": label, "opts": None, "refId": None, "startedAt": "2026-02-01T10:00:00.000Z"}
        return {"runs": [run], "groups": [], "calls": [], "links": [], "outcomes": [], "acts": []}
"""


def test_the_native_api_is_there_to_be_sent_to_and_starts_empty(pytester):
    pytester.makepyfile(
        f"""{SENDING}
    def test_first(warpmetrics_api):
        send(warpmetrics_api, batch("Writer"), warpmetrics_api.key)
        assert warpmetrics_api.run("wm_run_1")["label"] == "Writer"

    def test_second(warpmetrics_api):
        assert warpmetrics_api.requests == []
    """
    )
    passes(pytester, 2)


def test_a_broken_rule_of_the_native_api_fails_the_test(pytester):
    pytester.makepyfile(
        f"""{SENDING}
    def test_odd_label(warpmetrics_api):
        send(warpmetrics_api, batch(3), warpmetrics_api.key)

    def test_odd_label_that_is_expected(warpmetrics_api):
        warpmetrics_api.allow.add("odd")
        send(warpmetrics_api, batch(3), warpmetrics_api.key)
    """
    )
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "-p", "no:logfire")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*1 violations of the API's rules:*", "*label is 3*"])


def test_async_tests_are_answered_too(pytester):
    pytester.makepyfile(
        f"""{AGENT}
    import asyncio

    def test_tasks(warpmetrics):
        async def step():
            agent()

        async def main():
            await asyncio.gather(step(), step(), step())

        asyncio.run(main())
        assert len(warpmetrics.runs) == 3
    """
    )
    passes(pytester, 1)

"""How processes end, and what has been delivered by then: everything, or what could not be is said."""

import signal
import subprocess
from contextlib import ExitStack
from textwrap import dedent

import pytest

from tests.otlp_receiver import OtlpReceiver
from tests.patience import in_time
from tests.process.delivering import RECORDED, RECORDS, Program, delivered, named
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply

EXIT_S = 5
BESIDE_S = 3
"""What ending takes besides, on a machine that is not too busy."""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("raise ValueError", 1),
        ("wm.shutdown(60)", 0),
        ("import os; wm.flush(60); os._exit(0)", 0),
        ("import asyncio, os; asyncio.run(wm.aflush(60)); os._exit(0)", 0),
    ],
    ids=["end of the script", "sys.exit", "exception", "shutdown", "flush and os._exit", "aflush and os._exit"],
)
def test_everything_is_delivered_when_a_process_ends_by(api, end, code):
    with Program(RECORDS + end, api=api) as program:
        said = program.end(code)
    assert delivered(api) == RECORDED
    assert "warpmetrics" not in said.lower()


def test_what_is_not_flushed_before_os_exit_is_lost_without_a_spool(api):
    # The contrast to the test above, which would else show nothing of flush().
    with Program(RECORDS + "import os; os._exit(0)", api=api) as program:
        program.end()
    assert delivered(api) == {}


WAITS = """
import json, signal, sys
{handler}
try:
    print(json.dumps("ready"), flush=True)
    while True:
        signal.pause()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(
    ("number", "handler", "code"),
    [
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))", 0),
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, signal.default_int_handler)", 130),
        # As Python does by itself, unless whoever started all this has it ignored, like a shell in the background.
        (signal.SIGINT, "signal.signal(signal.SIGINT, signal.default_int_handler)", 130),
    ],
    ids=["SIGTERM, sys.exit", "SIGTERM, KeyboardInterrupt", "SIGINT"],
)
def test_a_signal_that_becomes_an_exception_delivers_everything(api, number, handler, code):
    with Program(RECORDS + WAITS.format(handler=handler), api=api) as program:
        assert program.heard() == "ready"
        program.process.send_signal(number)
        program.end(code)
    assert delivered(api) == RECORDED


def test_sigterm_without_a_handler_leaves_what_has_been_delivered_live(api):
    with Program(RECORDS + WAITS.format(handler=""), api=api) as program:
        api.wait_for(lambda: delivered(api) == RECORDED)
        program.process.terminate()
        program.end(-signal.SIGTERM)


def test_a_run_appears_while_it_is_open(api):
    script = """
    import json, sys
    import warpmetrics_otel as wm
    with wm.run("review") as run, wm.group(run, "draft"):
        print(json.dumps(run.id), flush=True)
        sys.stdin.read()
    """
    with Program(script, api=api) as program:
        run_id = program.heard()
        api.wait_for(lambda: delivered(api) == {"runs": 1, "groups": 1, "links": 1})
        assert api.run(run_id)["label"] == "review"
        assert program.process.poll() is None
        # Which closes its standard input.
        program.end()


def test_what_other_exit_hooks_record_before_ours_is_delivered(api):
    # Hooks run last to first: those registered after the first verb come before ours.
    script = """
    import atexit
    atexit.register(lambda: wm.run("too late"))
    import warpmetrics_otel as wm
    run = wm.run("first")
    atexit.register(lambda: wm.outcome(run, "Completed"))
    atexit.register(lambda: wm.run("last").__enter__())
    """
    with Program(script, api=api) as program:
        assert program.end() == ""
    assert named(api) == {"first": 1, "Completed": 1, "last": 1}


def test_a_first_verb_in_an_exit_hook_is_delivered(api):
    script = """
    import atexit
    import warpmetrics_otel as wm
    wm.configure(search_opts=0)
    atexit.register(lambda: wm.run("only"))
    """
    with Program(script, api=api) as program:
        assert program.end() == ""
    assert named(api) == {"only": 1}


# As Python 3.12 and later do once they are exiting.
NO_THREADS = """
import dataclasses, json, sys, threading
import warpmetrics_otel as wm
wm.configure(search_opts=4)
def start(thread):
    raise RuntimeError("can't create new thread at interpreter shutdown")
threading.Thread.start = start
"""


def test_everything_is_delivered_where_no_thread_can_be_started(api):
    api.answer(Reply.refused(503, retry_after=0), Reply.refused(413))
    script = NO_THREADS + RECORDS + "wm.flush(60); wm.run('later')"
    with Program(script, api=api) as program:
        program.end()
    assert delivered(api) == {**RECORDED, "runs": 3}


def test_a_silent_api_keeps_nobody_from_ending_where_no_thread_can_be_started(api):
    api.answer_always(Reply.hanging())
    script = (
        NO_THREADS + RECORDS + "print(json.dumps(dataclasses.asdict(wm.shutdown(1))), flush=True); sys.stdin.read()"
    )
    with Program(script, api=api) as program:
        assert program.heard()["pending"] == sum(RECORDED.values())
        assert "are lost" in program.end()
        api.behave()


def test_the_end_of_a_users_provider_is_not_the_end_of_delivery(api):
    script = """
    from opentelemetry.sdk.trace import TracerProvider
    import warpmetrics_otel as wm
    provider = TracerProvider()
    wm.configure(tracer_provider=provider)
    run = wm.run("open")
    provider.shutdown()
    wm.outcome(run, "Completed")
    """
    with Program(script, api=api) as program:
        program.end()
    assert named(api) == {"open": 1, "Completed": 1}


def test_shutting_down_twice_and_recording_afterwards_do_no_harm(api):
    script = RECORDS + "assert not wm.shutdown(60).pending; assert wm.shutdown(); wm.run('late'); wm.flush()"
    with Program(script, api=api) as program:
        program.end()
    assert delivered(api) == RECORDED


def test_nothing_that_is_dead_or_silent_keeps_a_process_from_ending():
    in_time(ends_although_something_is_dead_or_silent, subprocess.TimeoutExpired)


def ends_although_something_is_dead_or_silent():
    # All at once, since each takes the seconds that it is given.
    with ExitStack() as stack:
        dead, silent, well = (stack.enter_context(NativeApi()) for _ in range(3))
        dead.go_down()
        silent.answer_always(Reply.hanging())
        collector = stack.enter_context(NativeApi())
        collector.answer_always(Reply.hanging(), path="/v1/traces")
        hung = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with_verb = RECORDS + dedent("""
            import json
            print(json.dumps("recorded"), flush=True)
        """)
        cases = [(dead, {}), (silent, {}), (silent, hung), (well, hung)]
        programs = [stack.enter_context(Program(with_verb, api=api, **extra)) for api, extra in cases]
        for program in programs:
            assert program.heard() == "recorded"
        said = [program.end(within=EXIT_S + BESIDE_S) for program in programs]
        assert delivered(well) == RECORDED
        count = sum(RECORDED.values())
        for text, (api, _) in zip(said[:3], cases[:3], strict=True):
            [line] = [line for line in text.splitlines() if "has stopped" in line]
            assert line == (
                f"delivery to {api.url} has stopped: 0 entities were delivered, {count} were in memory and are lost, "
                "0 wait in no spool for the next process, dropped: none"
            )
        assert "has stopped" not in said[3]
        silent.behave()
        collector.behave()


def test_a_dead_collector_does_not_take_the_seconds_of_the_api_nor_the_other_way_round(api):
    script = RECORDS + dedent("""
        import dataclasses, json, os, sys
        print(json.dumps(dataclasses.asdict(getattr(wm, sys.argv[1])(6))), flush=True)
        os._exit(0)
    """)
    count = sum(RECORDED.values())
    with ExitStack() as stack:
        receiver = stack.enter_context(OtlpReceiver())
        silent = stack.enter_context(NativeApi())
        silent.answer_always(Reply.hanging())
        silent.answer_always(Reply.hanging(), path="/v1/traces")

        def start(verb: str, api: NativeApi, collector: str) -> Program:
            exported = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector}
            return stack.enter_context(Program(script, verb, api=api, **exported))

        verbs = ("flush", "shutdown")
        to_silent_collector = [start(verb, api, silent.url) for verb in verbs]
        to_silent_api = [start(verb, silent, receiver.url) for verb in verbs]
        for program in to_silent_collector:
            result = program.heard()
            assert (result["exported"], result["delivered"], result["pending"]) == ("failed", count, 0)
        for program in to_silent_api:
            result = program.heard()
            assert (result["exported"], result["delivered"], result["pending"]) == ("flushed", 0, count)
        silent.behave()


def test_a_result_is_not_true_while_a_run_is_open(api):
    script = RECORDS + "import json; print(json.dumps([bool(wm.flush(60)), wm.flush(60).open_runs]), flush=True)"
    with Program(script, api=api) as program:
        assert program.heard() == [False, 1]
        program.end()

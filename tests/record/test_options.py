"""Options: what is refused, what is ignored with a warning, and what the environment says."""

import logging

import pytest

from tests.record.memory import attributes, remembered
from warpmetrics_otel import Warpmetrics, semconv


def test_an_option_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"unknown option sampel; the options are .*classifications.*tracer_provider"):
        Warpmetrics().configure(sampel=1)


@pytest.mark.parametrize(
    "option",
    [
        {"events": "logs"},
        {"search_opts": -1},
        {"run_parent": "parent"},
        {"redact": "all"},
        {"idle_timeout": -1.0},
        {"classifications": {"Merged": "great"}},
    ],
    ids=lambda option: next(iter(option)),
)
def test_a_value_that_makes_no_sense_is_refused_with_the_remedy(option: dict) -> None:
    with pytest.raises(ValueError, match=r".*=.* is not valid; use .*") as raised:
        Warpmetrics().configure(**option)
    assert str(raised.value).startswith(next(iter(option)))


def test_a_refused_configuration_leaves_the_one_before_in_force() -> None:
    with remembered() as memory:
        with pytest.raises(ValueError, match="events"):
            memory.wm.configure(events="logs")
        run = memory.wm.run("review")
        run.end()
        assert memory.ended(run)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WARPMETRICS_ENABLED", "maybe"),
        ("WARPMETRICS_EVENTS", "logs"),
        ("WARPMETRICS_SEARCH_OPTS", "many"),
        ("WARPMETRICS_SEARCH_OPTS", "-1"),
        ("WARPMETRICS_CLASSIFICATIONS", "Merged"),
        ("WARPMETRICS_CLASSIFICATIONS", "Merged=great"),
        ("WARPMETRICS_RUN_PARENT", "parent"),
        ("WARPMETRICS_CALLER_LINK", "2"),
        ("WARPMETRICS_IDLE_TIMEOUT", "soon"),
        ("WARPMETRICS_SET_GLOBAL", "perhaps"),
        ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "always"),
    ],
)
def test_a_bad_variable_is_ignored_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with remembered() as memory:
        run = memory.wm.run("review", {"pr": 42})
        run.end()
        assert attributes(memory.of(run))[semconv.WARPMETRICS_OPTS_PREFIX + "pr"] == 42

    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert f"{variable}='{value}' is ignored" in record.getMessage()


def test_variables_set_options_and_arguments_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPMETRICS_CLASSIFICATIONS", "Shipped=success,Rejected=failure")
    monkeypatch.setenv("WARPMETRICS_SEARCH_OPTS", "0")
    with remembered() as by_variable, remembered(search_opts=1) as by_argument:
        for memory, copies in ((by_variable, 0), (by_argument, 1)):
            run = memory.wm.run("review", {"a": 1, "b": 2})
            memory.wm.outcome(run, "REJECTED")
            run.end()
            span = memory.of(run)
            assert span.status.description == "REJECTED"
            found = [key for key in attributes(span) if key.startswith(semconv.WARPMETRICS_OPTS_PREFIX)]
            assert len(found) == copies


@pytest.mark.parametrize("how", ["option", "variable", "OTEL_SDK_DISABLED"])
def test_switched_off_every_verb_gives_a_valid_handle_and_records_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    with remembered(**{"enabled": False} if how == "option" else {}) as memory:
        if how != "option":
            monkeypatch.setenv(*{"variable": ("WARPMETRICS_ENABLED", "false")}.get(how, (how, "true")))
            memory.wm.configure(tracer_provider=memory.provider)
        with memory.wm.run("review") as run, memory.wm.group(run, "draft") as group:
            assert memory.wm.current() is group
            memory.wm.record_call(group, provider="google", model="m")
            with memory.wm.start_call(group, provider="google", model="m") as live:
                live.response = "x"
            act = memory.wm.act(memory.wm.outcome(run, "Failed"), "retry")
        again = memory.wm.run(act, "again")
        again.end()
        assert memory.wm.flush()

        assert memory.spans == []
        assert all(handle.ref == handle.id or "@" not in handle.ref for handle in (run, group, again))
        assert memory.wm.ref(act) == act.id
    assert caplog.text == ""


CONTENT = {"messages": [{"role": "user", "content": "Hi"}], "response": "Hello"}


@pytest.mark.parametrize(
    ("variable", "option", "shown"),
    [
        (None, {}, False),
        (None, {"span_content": True}, True),
        ("SPAN_ONLY", {}, True),
        ("SPAN_AND_EVENT", {}, True),
        ("EVENT_ONLY", {}, False),
        ("NO_CONTENT", {}, False),
        ("span_only", {}, True),
        ("SPAN_ONLY", {"span_content": False}, False),
        ("NO_CONTENT", {"span_content": True}, True),
    ],
)
def test_content_is_on_spans_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, option: dict, shown: bool
) -> None:
    if variable:
        monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", variable)
    with remembered(**option) as memory:
        run = memory.wm.run("review")
        call = memory.wm.record_call(run, provider="google", model="m", **CONTENT)
        with memory.wm.start_call(run, provider="google", model="m", messages=CONTENT["messages"]) as live:
            live.response = CONTENT["response"]
        for handle in (call, live):
            values = attributes(memory.of(handle))
            assert (semconv.GEN_AI_INPUT_MESSAGES in values) is shown
            assert (semconv.GEN_AI_OUTPUT_MESSAGES in values) is shown
            assert ("Hello" in str(values)) is shown

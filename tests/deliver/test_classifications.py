"""Outcome classifications reach the native API, name by name, and what does not is logged, never raised."""

import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider

from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.testing.native_api import Reply

PATH = "/v1/outcomes/classifications/"


@pytest.fixture
def api():
    with NativeApi() as api:
        yield api
        api.check()


@pytest.fixture
def recorder(api):
    made = []

    def make(**options) -> Warpmetrics:
        made.append(
            Warpmetrics(**{"tracer_provider": TracerProvider(), "api_key": api.key, "api_url": api.url, **options})
        )
        return made[-1]

    yield make
    for each in made:
        each.shutdown(1)


def said(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_configured_classifications_are_sent_by_default(api, recorder, caplog):
    configured = {"Shipped": "success", "Rejected": "failure", "Postponed": "neutral"}

    accepted = recorder(classifications=configured).register_classifications()

    assert accepted == api.classifications == configured
    assert said(caplog) == []


def test_given_ones_are_sent_instead(api, recorder):
    accepted = recorder(classifications={"Shipped": "success"}).register_classifications({"Rejected": "failure"})

    assert accepted == api.classifications == {"Rejected": "failure"}


@pytest.mark.parametrize("name", ["Needs work", "a/b", "100 %", "…?x=1#y", "Ünfertig", "..."])
def test_a_name_of_any_characters_arrives_as_it_is(api, recorder, name):
    assert recorder().register_classifications({name: "neutral"}) == {name: "neutral"}
    assert api.classifications == {name: "neutral"}


@pytest.mark.parametrize(
    "pair", [(".", "success"), ("..", "success"), ("", "success"), ("Good", "fine"), (3, "success")]
)
def test_what_cannot_be_classified_is_left_out_and_said(api, recorder, caplog, pair):
    accepted = recorder().register_classifications(dict([pair, ("Rejected", "failure")]))

    assert accepted == api.classifications == {"Rejected": "failure"}
    assert [f"the outcome {pair[0]!r} cannot be classified as {pair[1]!r}" in line for line in said(caplog)] == [True]


def test_one_that_the_api_finds_invalid_does_not_stop_the_others(api, recorder, caplog):
    api.answer(Reply.refused(400), path=f"{PATH}Odd")

    accepted = recorder().register_classifications({"Odd": "success", "Rejected": "failure"})

    assert accepted == {"Rejected": "failure"}
    assert [line.partition(" (")[0] for line in said(caplog)] == [f"{api.url} does not classify the outcome 'Odd'"]


def test_a_refused_key_is_tried_once_and_never_told(api, recorder, caplog):
    api.keys = {"wm_test_another"}
    api.allow.add("auth")

    accepted = recorder().register_classifications({"Shipped": "success", "Rejected": "failure"})

    assert accepted == {}
    assert len(api.requests) == 1
    assert "401" in said(caplog)[0]
    assert api.key not in caplog.text


def test_a_busy_api_is_asked_again(api, recorder):
    api.answer(Reply.refused(429, retry_after=0), Reply.refused(503, retry_after=0), path=f"{PATH}Shipped")

    assert recorder().register_classifications({"Shipped": "success"}) == {"Shipped": "success"}
    assert len(api.requests) == 3


def test_an_api_that_is_down_is_given_up_on(api, recorder, caplog):
    wm = recorder()
    with api.down():
        assert wm.register_classifications({"Shipped": "success", "Rejected": "failure"}, timeout=0.2) == {}

    assert len(said(caplog)) == 1
    assert api.key not in caplog.text


def test_an_organisation_names_its_project(api, recorder):
    wm = recorder(api_key="sk_test_org_a", project_id="prj_1")

    assert wm.register_classifications({"Shipped": "success"}) == {"Shipped": "success"}
    assert api.requests[0].headers["x-project-id"] == "prj_1"


def test_without_a_key_it_says_so(recorder, caplog):
    assert recorder(api_key=None).register_classifications({"Shipped": "success"}) == {}
    assert [line.partition(" is no api_key")[0] for line in said(caplog)] == ["register_classifications(): there"]


def test_what_is_no_mapping_is_said_and_not_raised(recorder, caplog):
    assert recorder().register_classifications({"Shipped"}) == {}
    assert "set is no mapping" in said(caplog)[0]


def test_switched_off_it_sends_nothing_and_says_nothing(api, recorder, caplog):
    assert recorder(enabled=False).register_classifications({"Shipped": "success"}) == {}
    assert api.requests == []
    assert said(caplog) == []


def test_with_nothing_to_tell_it_asks_nothing(api, recorder):
    assert recorder().register_classifications() == {}
    assert api.requests == []

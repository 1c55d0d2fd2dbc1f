"""Who may send to the stand-in, and with which headers."""

import pytest

from tests.testing.native_api.sending import batch, rules, run

BAD_KEYS = {
    "none": {"Authorization": None},
    "no scheme": {"Authorization": "wm_test_stand_in"},
    "other scheme": {"Authorization": "Basic wm_test_stand_in"},
    "unknown form": {"Authorization": "Bearer sk_live_project"},
    "organisation without project": {"Authorization": "Bearer sk_live_org_acme"},
}


@pytest.mark.parametrize("given", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_request_without_a_key_that_may_send_is_refused(api, client, given):
    answer = client.post(batch(runs=[run()]), **given)
    assert (answer.status, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert rules(api) == ["auth"]
    assert api.batches == []


def test_an_organisations_key_names_its_project(api, client):
    assert client.post(batch(), Authorization="Bearer sk_test_org_acme", X_Project_Id="prj_1").status == 200
    assert api.violations == []


def test_keys_can_be_rotated(api, client):
    api.keys = {"wm_live_new"}
    assert client.post(batch(), Authorization="Bearer wm_live_old").status == 401
    assert client.post(batch(), Authorization="Bearer wm_live_new").status == 200
    assert [violation.text for violation in api.violations] == ["the key is not in force"]


def test_another_content_type_is_refused_and_a_missing_version_written_down(api, client):
    assert client.post(batch(), Content_Type="text/plain").status == 400
    assert client.post(batch(), Content_Type="application/json; charset=utf-8").status == 200
    assert client.post(batch(), X_SDK_Version=None).status == 200
    assert [(violation.rule, violation.request) for violation in api.violations] == [("headers", 0), ("headers", 2)]

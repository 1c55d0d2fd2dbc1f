"""What has arrived and how to wait for it, the rates, and the routes that read."""

import os
import socket
import threading
import time

import pytest
import urllib3

from tests.patience import PATIENCE_S
from tests.testing.native_api import sending
from tests.testing.native_api.sending import act, batch, call, group, link, outcome, rules, run
from warpmetrics_otel.testing import NativeApi


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_batches_above_the_rate_are_refused_until_the_minute_is_over():
    clock = Clock()
    with NativeApi(ingest_per_minute=3, clock=clock) as api, sending.client(api) as client:
        statuses = []
        for _ in range(4):
            statuses.append(client.post(batch(runs=[run()])).status)
            clock.now += 10
        assert statuses == [200, 200, 200, 429]
        refused = client.post(batch())
        assert (refused.status, refused.headers["Retry-After"]) == (429, "20")
        assert refused.json()["error"]["code"] == "RATE_LIMITED"
        assert client.get("/v1/runs").status == 200
        clock.now += 20
        assert client.post(batch()).status == 200
        assert client.post(batch()).status == 429
        assert rules(api) == ["rate"] * 3
        assert len(api.entities("runs")) == 3


def test_queries_have_a_rate_of_their_own():
    with NativeApi(queries_per_minute=1, clock=Clock()) as api, sending.client(api) as client:
        assert [client.get("/v1/runs").status for _ in range(2)] == [200, 429]
        assert [client.post(batch()).status for _ in range(2)] == [200, 200]
        assert [client.get("/health").status for _ in range(2)] == [200, 200]


def test_without_a_rate_any_number_is_taken(api, client):
    assert {client.post(batch()).status for _ in range(50)} == {200}
    assert api.violations == []


def test_health_needs_no_key(api, client):
    assert client.get("/health", key="none").json() == {"success": True, "data": {"status": "ok"}}
    assert api.violations == []


def test_reading_needs_a_key(api, client):
    assert client.get("/v1/runs", key="none").status == 401
    assert rules(api) == ["auth"]


def data(client, path):
    answer = client.get(path)
    assert answer.status == 200
    return answer.json()["data"]


@pytest.fixture
def chain(client):
    """A run with an outer and an inner group, a call beneath, and a follow-up of its act; an act without one."""
    first, outer, inner, one = run(), group(label="Outer"), group(label="Inner"), call()
    failed, deep = outcome(first), outcome(inner, name="Deep")
    retry, ask = act(failed), act(failed, name="ask")
    second = run(label="Again", refId=retry["id"])
    content = batch(
        runs=[first, second],
        groups=[outer, inner],
        calls=[one, call()],
        links=[link(first, outer), link(outer, inner), link(inner, one)],
        outcomes=[failed, deep],
        acts=[retry, ask],
    )
    assert client.post(content).status == 200
    return content


def test_a_run_is_shown_with_its_outcomes_acts_follow_ups_and_groups(api, client, chain):
    first, second = chain["runs"]
    failed, deep = chain["outcomes"]
    retry, ask = chain["acts"]
    outer, inner = chain["groups"]
    shown = {
        "id": first["id"],
        "label": "Writer",
        "opts": None,
        "outcomes": [
            {
                "id": failed["id"],
                "name": "Failed",
                "acts": [
                    {
                        "id": retry["id"],
                        "name": "retry",
                        "opts": {"attempt": 2},
                        "followUpRuns": [{"id": second["id"], "label": "Again"}],
                    },
                    {"id": ask["id"], "name": "ask", "opts": {"attempt": 2}, "followUpRuns": []},
                ],
            }
        ],
        "groups": [
            {"id": outer["id"], "label": "Outer", "outcomes": []},
            {"id": inner["id"], "label": "Inner", "outcomes": [{"id": deep["id"], "name": "Deep"}]},
        ],
    }
    assert data(client, f"/v1/runs/{first['id']}") == shown
    assert api.run(first["id"]) == shown
    assert api.run(second["id"])["groups"] == []


def test_lists_can_be_asked_for(client, chain):
    first, second = chain["runs"]
    assert data(client, "/v1/runs") == [first, second]
    assert data(client, "/v1/runs?label=Again") == [second]
    assert data(client, "/v1/runs?limit=1") == [first]
    assert data(client, f"/v1/runs/{first['id']}/calls") == chain["calls"][:1]
    assert data(client, "/v1/calls") == chain["calls"]
    assert data(client, "/v1/groups") == chain["groups"]
    assert data(client, "/v1/outcomes") == chain["outcomes"]
    retry, ask = chain["acts"]
    assert data(client, "/v1/acts?hasFollowUp=true") == [retry]
    assert data(client, "/v1/acts?hasFollowUp=false") == [ask]
    assert data(client, "/v1/acts?name=ask") == [ask]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/runs/wm_run_none", 404),
        ("/v1/runs/wm_run_none/calls", 404),
        ("/v1/nothing", 404),
        ("/v1/runs?limit=many", 400),
        ("/v1/acts?hasFollowUp=maybe", 400),
    ],
)
def test_what_cannot_be_answered(client, chain, path, status):
    answer = client.get(path)
    assert (answer.status, answer.json()["success"]) == (status, False)


def test_groups_that_hang_on_each_other_are_no_endless_loop(client, api):
    first, one, other = run(), group(), group()
    client.post(batch(runs=[first], groups=[one, other], links=[link(one, other), link(other, one)]))
    assert api.run(first["id"])["groups"] == []


def test_a_post_elsewhere_finds_nothing(client):
    assert client.post(batch(), path="/v1/runs").status == 404


def test_outcomes_can_be_classified(api, client):
    assert client.put("/v1/outcomes/classifications/Low%20Quality%2F1", {"classification": "failure"}).status == 200
    assert api.classifications == {"Low Quality/1": "failure"}
    shown = [{"name": "Low Quality/1", "classification": "failure"}]
    assert data(client, "/v1/outcomes/classifications") == shown
    for wrong in ({"classification": "great"}, {"classification": ["success"]}, {}, []):
        assert client.put("/v1/outcomes/classifications/Odd", wrong).status == 400
    assert rules(api) == ["schema"] * 4
    assert api.classifications == {"Low Quality/1": "failure"}


def test_a_request_is_kept_as_it_came(api, client):
    before = time.monotonic()
    content = batch(runs=[run()])
    client.post(content, path="/v1/events?x=1", X_Project_Id="prj_1")
    (request,) = api.requests
    assert (request.number, request.method, request.path, request.route) == (0, "POST", "/v1/events?x=1", "/v1/events")
    assert request.headers["x-project-id"] == "prj_1"
    assert (request.batch, request.taken, request.status) == (content, True, 200)
    assert before <= request.arrived <= time.monotonic()


def test_a_body_of_unknown_length_is_not_taken(api, client):
    answer = client.pool.request(
        "POST", f"{api.url}/v1/events", body=iter([b"{}"]), headers=sending.headers(), timeout=PATIENCE_S
    )
    assert (answer.status, api.requests[0].status, api.batches) == (411, 411, [])


def test_waiting_ends_with_what_was_waited_for(api, client):
    first = run()
    sender = threading.Thread(target=lambda: client.post(batch(runs=[first])))
    sender.start()
    assert api.wait_for(lambda: api.entities("runs")) == [first]
    sender.join()


def test_waiting_in_vain_says_what_has_arrived(api, client):
    client.post(batch(runs=[run(), run()]))
    with pytest.raises(TimeoutError, match="arrived in 1 requests: 2 runs, 0 groups"):
        api.wait_for(lambda: api.entities("calls"), timeout=0.01)


def test_what_has_not_arrived_is_not_found(api):
    for ask in (api.row, api.run):
        with pytest.raises(LookupError, match="wm_run_none"):
            ask("wm_run_none")
    with pytest.raises(ValueError, match="take one of runs, groups"):
        api.entities("run")


def test_many_clients_at_once_lose_nothing(api):
    def send():
        with sending.client(api) as one:
            for _ in range(20):
                one.post(batch(runs=[run()]))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.entities("runs")) == 160
    assert [request.number for request in api.requests] == list(range(160))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_is_down_although_a_forked_child_has_its_socket(api, client):
    asleep, wake = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(wake)
        os.read(asleep, 1)
        os._exit(0)
    os.close(asleep)
    try:
        with api.down(), pytest.raises(urllib3.exceptions.NewConnectionError):
            client.post(batch())
        assert client.post(batch()).status == 200
    finally:
        os.close(wake)
        os.waitpid(child, 0)


def test_while_it_is_down_its_port_is_given_to_nobody_else(api, client):
    port = int(api.url.rpartition(":")[2])
    with api.down(), socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    assert client.post(batch()).status == 200
    api.close()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))


def test_what_arrived_can_be_asked_for_afterwards():
    with NativeApi() as api, sending.client(api) as client:
        client.post(batch(runs=[run()]))
    assert len(api.entities("runs")) == 1

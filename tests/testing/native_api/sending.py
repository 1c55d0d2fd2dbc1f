"""Batches as the API describes them, and a client that sends them."""

import base64
import json
import threading
from contextlib import contextmanager
from itertools import count

import urllib3

from tests.patience import PATIENCE_S

AT = "2026-02-01T10:00:00.000Z"
_NUMBERS = count(1)


def new(prefix):
    return f"wm_{prefix}_{next(_NUMBERS):026d}"


def run(**more):
    return {"id": new("run"), "label": "Writer", "opts": None, "refId": None, "startedAt": AT, **more}


def group(**more):
    return {"id": new("grp"), "label": "Drafting", "opts": {"n": 1}, "startedAt": AT, **more}


def call(**more):
    return {
        "id": new("call"),
        "provider": "openai",
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "draft"}],
        "response": "Hello!",
        "tools": ["search"],
        "toolCalls": [{"id": "t1", "name": "search", "arguments": "{}"}],
        "tokens": {"prompt": 10, "completion": 5, "total": 15, "cachedInput": 0},
        "duration": 230,
        "startedAt": AT,
        "endedAt": AT,
        "status": "success",
        **more,
    }


def failed_call(**more):
    row = call(**{"status": "error", "error": "Rate limited", **more})
    for name in ("response", "tools", "toolCalls", "tokens"):
        del row[name]
    return row


def link(parent, child):
    kind = "group" if child["id"].startswith("wm_grp_") else "call"
    return {"parentId": parent["id"], "childId": child["id"], "type": kind, "timestamp": AT}


def outcome(target, **more):
    return {"id": new("oc"), "refId": target["id"], "name": "Failed", "opts": None, "timestamp": AT, **more}


def act(about, **more):
    return {"id": new("act"), "refId": about["id"], "name": "retry", "opts": {"attempt": 2}, "timestamp": AT, **more}


def batch(**arrays):
    return {kind: arrays.get(kind, []) for kind in ("runs", "groups", "calls", "links", "outcomes", "acts")}


def envelope(content):
    return json.dumps({"d": base64.b64encode(json.dumps(content).encode()).decode()}).encode()


def headers(key="wm_test_stand_in", **more):
    own = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "X-SDK-Version": "0.1.0"}
    return {name: value for name, value in {**own, **more}.items() if value is not None}


class Client:
    """One connection pool, without retries or redirects."""

    def __init__(self, api, **pool):
        self.api = api
        self.pool = urllib3.PoolManager(retries=False, timeout=PATIENCE_S, **pool)

    def post(self, body, path="/v1/events", timeout=PATIENCE_S, **more):
        body = body if isinstance(body, bytes) else envelope(body)
        given = headers(**{name.replace("_", "-"): value for name, value in more.items()})
        return self.pool.request("POST", self.api.url + path, body=body, headers=given, redirect=False, timeout=timeout)

    def get(self, path, key="wm_test_stand_in"):
        return self.pool.request("GET", self.api.url + path, headers=headers(key))

    def put(self, path, value):
        return self.pool.request("PUT", self.api.url + path, body=json.dumps(value).encode(), headers=headers())


@contextmanager
def client(api, **pool):
    one = Client(api, **pool)
    try:
        yield one
    finally:
        one.pool.clear()


def rules(api):
    return [violation.rule for violation in api.violations]


def in_thread(function):
    """Start a function; what comes back waits for it, and gives what it returned or raised."""
    results = []

    def call():
        try:
            results.append(function())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=call)
    thread.start()

    def result():
        thread.join()
        return results[0]

    return result


def causes(error):
    while error is not None:
        yield error
        yield from (argument for argument in error.args if isinstance(argument, BaseException))
        error = error.__cause__ or error.__context__

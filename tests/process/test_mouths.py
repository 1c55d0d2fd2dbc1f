"""Exporter and processor in processes of their own: forked, and named in the environment without any setup."""

import os

import pytest

from tests.deliver.pipelines import WRITTEN, arrived
from tests.process.child import python

_WRITE = """
import json, os, sys
import warpmetrics_otel as wm

def write(label):
    with wm.run(label) as run:
        with wm.group(run, "Drafting") as group:
            wm.record_call(group, provider="openai", model="m", messages=["Hello"], response="Hi")
        wm.act(wm.outcome(run, "Failed"), "retry")
"""


def test_the_exporter_named_in_the_environment_needs_no_setup(api):
    python(
        _WRITE + 'write("Writer")\n',
        OTEL_TRACES_EXPORTER="warpmetrics",
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert arrived(api) == WRITTEN


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("mouth", ["BatchSpanProcessor(wm.WarpmetricsSpanExporter(", "(wm.WarpmetricsSpanProcessor("])
def test_forked_children_deliver_theirs_and_nothing_of_their_parent_s(api, mouth):
    runs = python(
        _WRITE
        + f"""
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

url, key = sys.argv[1:]
provider = TracerProvider()
provider.add_span_processor({mouth}api_key=key, api_url=url)))
wm.configure(tracer_provider=provider)
with wm.run("Parent") as run, wm.group(run, "Waiting"):
    wm.record_call(run, provider="openai", model="m", response="of the parent")
    children = []
    for number in range(3):
        child = os.fork()
        if not child:
            write(f"Child {{number}}")
            wm.flush(60)
            provider.shutdown()
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
provider.shutdown()
print(json.dumps(codes))
""",
        api.url,
        api.key,
    )
    assert runs == [0, 0, 0]
    assert sorted(row["label"] for row in api.entities("runs")) == ["Child 0", "Child 1", "Child 2", "Parent"]
    assert sorted(row["response"] for row in api.entities("calls")) == ["Hi", "Hi", "Hi", "of the parent"]
    assert len(api.entities("acts")) == 3

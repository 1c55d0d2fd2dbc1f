"""LLM spans of other instrumentation in processes that end at once, and in children that are forked."""

import os

import pytest

from tests.deliver.pipelines import arrived
from tests.process.child import python

_CALL = """
import json, os, sys
import warpmetrics_otel as wm
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

provider = TracerProvider()
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("others")

def ask(name):
    with tracer.start_as_current_span(name):
        with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}):
            pass
"""


@pytest.mark.parametrize(
    "open_it",
    [
        "wm.configure()",
        "provider.add_span_processor(wm.WarpmetricsSpanProcessor())",
        "wm.configure(); provider.add_span_processor(wm.WarpmetricsSpanProcessor())",
    ],
)
def test_a_process_that_ends_at_once_has_told_everything(api, open_it):
    python(
        f'{_CALL}\n{open_it}\nask("GET /")\nprint("null")',
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert arrived(api) == {"runs": 1, "calls": 1, "links": 1}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    "open_it", ["wm.configure()", "provider.add_span_processor(wm.WarpmetricsSpanProcessor())"], ids=["recorder", "own"]
)
def test_forked_children_tell_of_theirs_and_nothing_of_their_parent_s(api, open_it):
    codes = python(
        f"""{_CALL}
import warnings
# A connection that the parent is using at that moment is nobody's in the child.
warnings.simplefilter("ignore", ResourceWarning)
{open_it}
ask("before")
children = []
with tracer.start_as_current_span("parent"):
    ask("within")
    for number in range(3):
        child = os.fork()
        if not child:
            nothing = trace.set_span_in_context(trace.INVALID_SPAN)
            with tracer.start_as_current_span(f"child {{number}}", context=nothing):
                with tracer.start_as_current_span("chat m", attributes={{"gen_ai.operation.name": "chat"}}):
                    pass
            wm.flush(60)
            provider.force_flush()
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(json.dumps(codes))
""",
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert codes == [0, 0, 0]
    assert sorted(row["label"] for row in api.entities("runs")) == ["before", "child 0", "child 1", "child 2", "parent"]
    assert len(api.entities("calls")) == 5

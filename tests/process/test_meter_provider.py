"""Own metrics and when the meter provider comes and goes: it may be set late, and is shut down first."""

import pytest

from tests.process.delivering import Program, delivered

GLOBAL = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
import json
import warpmetrics_otel as wm

wm.run("Before")
wm.flush(60)
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
wm.run("After")
(resource,) = reader.get_metrics_data().resource_metrics
(scope,) = resource.scope_metrics
(runs,) = [metric for metric in scope.metrics if metric.name == "warpmetrics.runs"]
print(json.dumps([point.attributes["gen_ai.workflow.name"] for point in runs.data.data_points]))
"""


def test_the_global_provider_is_told_what_happened_before_it_was_set(api):
    with Program(GLOBAL, api=api) as program:
        assert program.heard() == ["Before", "After"]
        program.end()


SHORT = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
import warpmetrics_otel as wm

provider = TracerProvider()
{mouth}
metrics.set_meter_provider(MeterProvider())
called = {{"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}}
with provider.get_tracer("app").start_as_current_span("chat gpt-4o", attributes=called):
    pass
"""


@pytest.mark.parametrize(
    "mouth",
    [
        "provider.add_span_processor(BatchSpanProcessor(wm.WarpmetricsSpanExporter()))",
        "provider.add_span_processor(wm.WarpmetricsSpanProcessor())",
        "wm.configure(tracer_provider=provider)",
    ],
    ids=["exporter", "processor", "configure"],
)
def test_a_short_program_that_measures_itself_ends_without_a_word(api, mouth):
    # Of the SDK's providers that was made last which is shut down first, and what asks it for a meter then is told off.
    with Program(SHORT.format(mouth=mouth), api=api) as program:
        assert program.end() == ""
    assert delivered(api) == {"runs": 1, "calls": 1, "links": 1}


NAMED = """
import json
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
import warpmetrics_otel as wm

wm.WarpmetricsSpanProcessor()
provider = MeterProvider()
metrics.set_meter_provider(provider)
print(json.dumps(metrics.get_meter_provider() is provider))
"""


def test_a_meter_provider_that_the_environment_names_is_not_made_before_there_is_something_to_count(api):
    with Program(NAMED, api=api, OTEL_PYTHON_METER_PROVIDER="sdk_meter_provider") as program:
        assert program.heard() is True
        assert program.end() == ""

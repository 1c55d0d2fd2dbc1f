"""What calls cost where nobody has said so, by the real `genai-prices`."""

import json

import pytest

from tests.deliver.foreign import CALL, instrumented
from warpmetrics_otel import Warpmetrics, WarpmetricsSpanProcessor
from warpmetrics_otel.deliver.cost import Prices, priced, prices
from warpmetrics_otel.deliver.rows import Row

genai_prices = pytest.importorskip("genai_prices", reason="needs the extra cost")

AT = "2026-02-01T10:00:00.000Z"
TOKENS = {"prompt": 1000, "completion": 100, "total": 1100}


@pytest.fixture
def cost_of():
    return prices()


def by_hand(provider="openai", model="gpt-4o-mini", **tokens):
    return float(genai_prices.calc_price(genai_prices.Usage(**tokens), model, provider_id=provider).total_price)


@pytest.mark.parametrize(
    ("provider", "model", "tokens", "same"),
    [
        ("openai", "gpt-4o-mini", TOKENS, by_hand(input_tokens=1000, output_tokens=100)),
        (
            "openai",
            "gpt-4o-mini",
            {**TOKENS, "cachedInput": 400},
            by_hand(input_tokens=1000, output_tokens=100, cache_read_tokens=400),
        ),
        (
            "anthropic",
            "claude-sonnet-4-5",
            {**TOKENS, "cacheRead": 400, "cacheWrite": 200},
            by_hand(
                "anthropic",
                "claude-sonnet-4-5",
                input_tokens=1000,
                output_tokens=100,
                cache_read_tokens=400,
                cache_write_tokens=200,
            ),
        ),
        ("azure.ai.openai", "gpt-4o-mini", TOKENS, by_hand(input_tokens=1000, output_tokens=100)),
        ("x_ai", "grok-3", TOKENS, by_hand("x-ai", "grok-3", input_tokens=1000, output_tokens=100)),
    ],
)
def test_a_cost_is_that_of_the_tokens_with_those_of_the_cache(cost_of, provider, model, tokens, same):
    assert cost_of(provider, model, tokens, AT) == same > 0


@pytest.mark.parametrize(
    ("provider", "model", "tokens"),
    [
        ("openai", "a-model-of-our-own", TOKENS),
        ("vllm", "llama-3-70b", TOKENS),
        ("openai", "gpt-4o-mini", None),
        ("openai", "gpt-4o-mini", {}),
        ("openai", "gpt-4o-mini", {"prompt": 10, "cachedInput": 100}),
        ("openai", "gpt-4o-mini", {"prompt": -5}),
        ("openai", None, TOKENS),
        (None, "gpt-4o-mini", TOKENS),
        ("openai", 7, TOKENS),
    ],
)
def test_what_cannot_be_told_is_not_guessed(cost_of, provider, model, tokens):
    assert cost_of(provider, model, tokens, AT) is None


def test_prices_are_those_of_the_time_of_the_call(cost_of):
    # DeepSeek was cheaper at night until September 2025.
    night, day = "2025-08-01T18:00:00.000Z", "2025-08-01T10:00:00.000Z"
    assert cost_of("deepseek", "deepseek-chat", TOKENS, night) != cost_of("deepseek", "deepseek-chat", TOKENS, day)


def test_a_library_that_raises_costs_the_cost_only(caplog):
    class Broken:
        Usage = dict

        def calc_price(self, *arguments, **options):
            raise TypeError("no")

    cost_of = Prices(Broken())
    assert cost_of("openai", "gpt-4o-mini", TOKENS, AT) is None
    assert cost_of("openai", "gpt-4o-mini", TOKENS, AT) is None
    assert [record.getMessage() for record in caplog.records] == [
        "genai-prices cannot tell what a call cost; it is sent without"
    ]


def test_a_row_that_has_a_cost_keeps_it(cost_of):
    row = Row("calls", json.dumps({"provider": "openai", "model": "gpt-4o", "tokens": TOKENS, "cost": 5}).encode())
    assert priced(cost_of, row) is row
    run = Row("runs", b'{"id": "wm_run_1"}')
    assert priced(cost_of, run) is run


@pytest.mark.parametrize("spooled", [False, True], ids=["memory", "spool"])
def test_calls_arrive_with_their_costs(api, tmp_path, spooled):
    wm = Warpmetrics(api_key=api.key, api_url=api.url, spool_dir=tmp_path if spooled else None)
    with wm.run("Writer") as run:
        wm.record_call(run, provider="openai", model="gpt-4o-mini", tokens=TOKENS, started_at=AT)
        wm.record_call(run, provider="openai", model="gpt-4o-mini", tokens=TOKENS, cost=0.5)
        wm.record_call(run, provider="of ours", model="gpt-4o-mini", tokens=TOKENS)
    wm.shutdown(60)
    assert [call.get("cost") for call in api.entities("calls")] == [
        by_hand(input_tokens=1000, output_tokens=100),
        0.5,
        None,
    ]


def test_calls_that_others_record_arrive_with_their_costs(api):
    with instrumented(WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)) as others:
        others.call(**{**CALL, "gen_ai.request.model": "gpt-4o-mini"})
    assert [call["cost"] for call in api.entities("calls")] == [by_hand(input_tokens=3, output_tokens=4)]


def test_nothing_is_estimated_when_told_so(api):
    wm = Warpmetrics(api_key=api.key, api_url=api.url, estimate_cost=False)
    with wm.run("Writer") as run:
        wm.record_call(run, provider="openai", model="gpt-4o-mini", tokens=TOKENS)
    wm.shutdown(60)
    assert "cost" not in api.entities("calls")[0]


def test_metrics_count_what_was_estimated(api):
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    wm = Warpmetrics(api_key=api.key, api_url=api.url, meter_provider=MeterProvider([reader], shutdown_on_exit=False))
    with wm.run("Writer") as run:
        wm.record_call(run, provider="openai", model="gpt-4o-mini", tokens=TOKENS, started_at=AT)
    wm.flush(60)
    metrics = [
        metric
        for of_resource in reader.get_metrics_data().resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    ]
    [cost] = [metric for metric in metrics if metric.name.endswith("cost")]
    assert [point.value for point in cost.data.data_points] == [by_hand(input_tokens=1000, output_tokens=100)]
    wm.shutdown(60)

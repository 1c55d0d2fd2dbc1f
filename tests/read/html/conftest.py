"""Chains for pages: the writer's, one with everything odd in it, and one whose every text is an attack."""

import pytest

from tests.read.agent_spans import SpanFile, act, link, native, outcome
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import assemble, read_spans

ATTACKS = [
    "</title><script>alert('title')</script>",
    "\"><img src=x onerror=alert('img')>",
    "</style><script src=http://127.0.0.1:9/evil.js></script>",
    "'onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "]]><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202eright to left\x00\x1b[2J",
]


@pytest.fixture
def odd_chain(span_file):
    """A fork, an act nobody followed, a late outcome, a follow-up that was not read, and a run that is missing."""
    first = native("run", 1)
    events = [outcome(1, "Failed", at=2, classification="failure"), act(1, "fan out", 1, at=2), act(2, "escalate", 1)]
    open_id = native("run", 8)
    to_open = link(
        ids.trace_id_of(open_id),
        ids.span_id_of(open_id),
        WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_FOLLOWED_BY,
        WARPMETRICS_ACT_ID=native("act", 1),
    )
    span_file.run(1, "Writer", events=events, links=[to_open], end=2)
    group_id = span_file.group(1, "Draft", first, first, end=1, error="ValueError: no")
    cost = {semconv.GEN_AI_USAGE_COST: 0.25}
    span_file.call(1, group_id, first, end=1, attributes=cost, error="429")
    for number in (2, 3):
        start = 90_000 * (number - 1)
        span_file.follow_up(number, "Writer", 1, 1, 2, 1, act_name="fan out", start=start, end=start + 3)
        span_file.call(number, native("run", number), native("run", number), model="gpt-5", start=start, end=start + 1)
    span_file.carrier(outcome(5, "Merged", at=400_000), target_id=native("run", 3))
    (chain,) = assemble(read_spans(span_file.path)).chains
    return chain


@pytest.fixture
def hostile_chain(tmp_path):
    file = SpanFile(tmp_path / "hostile.jsonl")
    hostile = {attack: [attack, {attack: attack}] for attack in ATTACKS}
    for number, attack in enumerate(ATTACKS, start=1):
        run_id = native("run", number)
        opts = {"metric": attack, "score": number, **hostile}
        events = [outcome(number, attack, opts=opts, classification=attack), act(number, attack, number, opts=hostile)]
        said = {"events": events, "opts": {"n": number, **hostile}, "error": attack, "start": number}
        if number == 1:
            file.run(number, attack, **said)
        else:
            before = number - 1
            file.follow_up(number, attack, before, before, number, 1, act_name=attack, outcome_name=attack, **said)
        group_id = file.group(number, attack, run_id, run_id, opts=hostile, error=attack)
        file.call(number, group_id, run_id, model=attack, error=attack)
    file.close()
    (chain,) = assemble(read_spans(file.path)).chains
    return chain

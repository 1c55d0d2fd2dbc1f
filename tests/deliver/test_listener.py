"""What is above a call, as far as this process has seen it: open, ended lately, or elsewhere."""

import pytest
from opentelemetry.trace import set_span_in_context, use_span

from tests.deliver.foreign import instrumented
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.deliver import listener
from warpmetrics_otel.deliver.listener import Listener


class Heard(Listener):
    """Keeps what is said of each span that ends."""

    def __init__(self):
        super().__init__()
        self.heard = {}
        self.own = []

    def _heard(self, span, above):
        self.heard[span.name] = above

    def _own_started(self, span):
        self.own.append(("started", span.name))

    def _own_ended(self, span):
        self.own.append(("ended", span.name))

    def names(self, name):
        found = self.heard.get(name)
        return None if found is None else [span.name for span in found.spans]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def others(heard):
    with instrumented(heard) as made:
        yield made


def test_what_is_about_no_llm_is_left_alone(heard, others):
    with others.span(), others.span("SELECT", {"db.system.name": "postgresql"}):
        pass
    assert heard.names("SELECT") is heard.names("GET /chat") is None


def test_above_a_call_is_all_that_is_open_and_its_ends_are_waited_for(heard, others):
    with others.span(), others.span("tool"), others.span("POST"):
        others.call()
    assert heard.names("chat m") == ["POST", "tool", "GET /chat"]
    assert heard.names("POST") == ["tool", "GET /chat"]
    assert heard.names("GET /chat") == []


def test_the_way_up_leads_past_spans_that_have_ended(heard, others):
    with others.span():
        tool = others.tracer.start_span("tool")
        with use_span(tool, end_on_exit=False):
            call = others.tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"})
        tool.end()
        call.end()
    assert heard.names("chat m") == ["GET /chat"]


def test_a_group_of_ours_that_has_ended_is_still_above_what_it_has_set_going(heard, others):
    wm = Warpmetrics(tracer_provider=others.provider)
    with wm.run("Writer") as run:
        with wm.group(run, "Drafting") as group:
            call = others.tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"})
        call.end()
    wm.shutdown(60)
    assert heard.names("chat m") == []
    assert heard.heard["chat m"].entity.id == group.id


def test_a_span_of_ours_that_is_the_parent_though_nothing_is_in_force(heard, others):
    wm = Warpmetrics(tracer_provider=others.provider)
    run = wm.run("Writer")
    with others.tracer.start_as_current_span("tool", context=set_span_in_context(run.span)):
        others.call()
    wm.shutdown(60)
    assert heard.names("chat m") == ["tool"]
    assert heard.heard["chat m"].entity.id == run.id


def test_what_is_in_force_is_above_a_span_whose_parent_was_not_seen(heard, others):
    ref = "wm_grp_abc@00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    wm = Warpmetrics(tracer_provider=others.provider)
    with wm.use(ref), others.span("task"):
        others.call()
    wm.shutdown(60)
    assert heard.names("chat m") == ["task"]
    assert heard.heard["chat m"].entity.id == "wm_grp_abc"


def test_the_way_up_of_what_is_open_is_known_however_much_happens_meanwhile(heard, others, monkeypatch):
    monkeypatch.setattr(listener, "MOST_YOUNG", 10)
    with others.span():
        outer = others.tracer.start_span("outer")
        with use_span(outer, end_on_exit=False):
            inner = others.tracer.start_span("inner")
        with use_span(inner, end_on_exit=False):
            call = others.tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"})
        outer.end()
        inner.end()
        for _ in range(100):
            with others.span("SELECT", {"db.system.name": "postgresql"}):
                pass
        call.end()
    assert heard.names("chat m") == ["GET /chat"]


def test_spans_of_ours_are_told_apart(heard, others):
    wm = Warpmetrics(tracer_provider=others.provider)
    with others.span(), wm.run("Writer"), others.span("tool"):
        pass
    wm.shutdown(60)
    assert heard.own == [("started", "invoke_workflow Writer"), ("ended", "invoke_workflow Writer")]


def test_a_span_whose_start_was_not_heard_of_is_heard_of_when_it_ends(others):
    call = others.tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"})
    late = Heard()
    others.provider.add_span_processor(late)
    call.end()
    assert late.names("chat m") == []


def test_nobody_is_told_where_nobody_wants_to_know(heard, others):
    heard._hears = False
    with others.span():
        others.call()
    assert heard.heard == {}


def test_what_is_remembered_is_bounded(heard, others, monkeypatch):
    monkeypatch.setattr(listener, "MOST_OPEN", 100)
    left = [others.tracer.start_span("never ends") for _ in range(250)]
    assert heard.forgotten > 100
    with others.span():
        others.call()
    assert heard.names("chat m") == ["GET /chat"]
    assert len(left) == 250


def test_what_roots_were_called_is_known_of_the_last(heard, others, monkeypatch):
    monkeypatch.setattr(listener, "MOST_TOPS", 10)
    under_way = []
    for number in range(40):
        with others.span(f"GET /{number}") as root, others.span("tool"):
            call = others.tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"})
        under_way.append((root, call))
    tops = []
    for _, call in under_way:
        call.end()
        tops.append(heard.heard["chat m"].top)
    assert tops[0] is None
    assert (tops[-1].name, tops[-1].start_ns) == ("GET /39", under_way[-1][0].start_time)
    assert sum(top is not None for top in tops) <= 22


def test_what_a_root_was_called_is_known_where_nothing_was_under_way_when_it_ended(heard, others):
    with others.span("GET /chat") as root:
        pass
    with use_span(root):
        others.call()
    top = heard.heard["chat m"].top
    assert (top.name, top.start_ns, top.span_id) == ("GET /chat", root.start_time, root.context.span_id)


def test_what_is_above_an_ended_span_that_is_no_root_is_not_taken_for_one(heard, others):
    with others.span("GET /chat"), others.span("tool") as tool:
        pass
    with use_span(tool):
        others.call()
    assert heard.heard["chat m"].top is None

"""Children wait for their parents: for how many and how long, and what goes without them is counted."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.deliver.hold import Hold
from warpmetrics_otel.entities import Act, Call, Entity, Group, Link, Outcome, Run
from warpmetrics_otel.translate.order import needs, parents

RUN, GROUP, CALL = Run("wm_run_1"), Group("wm_grp_1"), Call("wm_call_1")
GROUP_LINK = Link("wm_run_1", "wm_grp_1", "group", "t")
CALL_LINK = Link("wm_grp_1", "wm_call_1", "call", "t")
OUTCOME, ACT = Outcome("wm_oc_1", "wm_run_1", "Failed", None, "t"), Act("wm_act_1", "wm_oc_1", "retry", None, "t")
FOLLOW_UP = Run("wm_run_2", ref_id="wm_act_1")
# What arrives together: a span's row, its link, its marks.
SPANS = [[CALL, CALL_LINK], [GROUP, GROUP_LINK], [RUN, OUTCOME, ACT], [FOLLOW_UP]]


class Sink:
    def __init__(self, most: int = 100, seconds: float = 3600.0) -> None:
        self.sent: list[Entity] = []
        self.now = 0.0
        self.hold = Hold(self._take, self._knows, most, seconds, lambda: self.now)

    def _take(self, entities: Sequence[Entity]) -> None:
        self.sent += entities

    def _knows(self, key: str) -> bool:
        return any(entity.key == key for entity in self.sent)


def out_of_order(sent: Sequence[Entity]) -> list[str]:
    """The keys of what came before something that it hangs on and that came later."""
    above = parents(sent)
    keys = [entity.key for entity in sent]
    return [
        entity.key
        for index, entity in enumerate(sent)
        if any(need in keys[index + 1 :] for need in needs(entity, above))
    ]


@given(st.permutations(SPANS))
def test_nothing_is_sent_before_what_it_hangs_on_whatever_comes_first(arriving):
    sink = Sink()
    for span in arriving:
        sink.hold.add(span)
    assert out_of_order(sink.sent) == []
    assert sorted(entity.key for entity in sink.sent) == sorted(entity.key for span in SPANS for entity in span)
    assert (len(sink.hold), sink.hold.early) == (0, 0)
    sink.hold.release()


def test_what_hangs_on_something_sent_before_goes_at_once():
    sink = Sink()
    sink.hold.add([RUN])
    sink.hold.add([GROUP, GROUP_LINK])
    assert sink.sent == [RUN, GROUP, GROUP_LINK]


def test_when_more_wait_than_may_all_are_sent_and_counted():
    sink = Sink(most=3)
    sink.hold.add([GROUP, GROUP_LINK])
    assert sink.sent == []
    sink.hold.add([CALL, CALL_LINK])
    assert [entity.key for entity in sink.sent] == [entity.key for entity in (GROUP, GROUP_LINK, CALL, CALL_LINK)]
    assert (len(sink.hold), sink.hold.early) == (0, 4)
    sink.hold.release()


def test_what_has_waited_long_enough_is_sent_and_counted_and_takes_along_what_hangs_on_it():
    sink = Sink(seconds=10.0)
    sink.hold.add([GROUP, GROUP_LINK])
    sink.now = 5.0
    sink.hold.add([CALL, CALL_LINK, OUTCOME])
    sink.now = 10.0
    sink.hold.release_expired()
    assert sink.sent == [GROUP, GROUP_LINK, CALL, CALL_LINK]
    assert (len(sink.hold), sink.hold.early) == (1, 2)
    sink.hold.add([RUN])
    assert sink.sent[4:] == [RUN, OUTCOME]
    sink.hold.release()


def test_what_waits_is_sent_by_itself_when_nothing_else_comes():
    sink = Sink(seconds=0.0)
    sink.hold.add([GROUP, GROUP_LINK])
    timer = sink.hold._timer
    if timer is not None:
        timer.join()
    assert sink.sent == [GROUP, GROUP_LINK]


def test_a_released_hold_leaves_no_thread_behind():
    sink = Sink()
    sink.hold.add([OUTCOME])
    timer = sink.hold._timer
    sink.hold.release()
    timer.join()
    assert sink.sent == [OUTCOME]


def test_what_hangs_on_itself_does_not_wait_for_ever():
    sink = Sink()
    odd = Act("wm_act_9", "wm_act_9", "retry", None, "t")
    sink.hold.add([odd])
    assert sink.sent == [odd]


def test_what_another_process_tells_of_is_not_waited_for_whenever_that_is_said():
    sink = Sink()
    sink.hold.add([GROUP, GROUP_LINK])
    sink.hold.add([CALL, CALL_LINK])
    assert sink.sent == []
    sink.hold.await_no_more(RUN.key)
    assert {entity.key for entity in sink.sent} == {entity.key for entity in (GROUP, GROUP_LINK, CALL, CALL_LINK)}
    assert out_of_order(sink.sent) == []
    sink.hold.add([OUTCOME])
    assert sink.sent[4:] == [OUTCOME]
    assert (len(sink.hold), sink.hold.early) == (0, 0)
    sink.hold.release()

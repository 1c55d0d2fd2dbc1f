"""Where runs and acts stand in the picture of a chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.read.agent_spans import act, native, outcome
from warpmetrics_otel.read import Span, assemble, read_spans
from warpmetrics_otel.read.html.picture import CARD_HEIGHT, CARD_WIDTH, picture
from warpmetrics_otel.read.model import Act, Chain, Outcome, Run
from warpmetrics_otel.read.spans import Event

pytestmark = pytest.mark.otlp_file


def chain_of(origins):
    """A chain of runs, each following up the run whose number is given for it."""
    empty = Span("", "", "", "", 1, 0, 0, 0, "", {}, (), (), {}, "")
    runs = [Run(f"run {number}", empty) for number in range(len(origins) + 1)]
    for number, origin in enumerate(origins, start=1):
        done = Act("", Event("", 0, {}), follow_ups=[runs[number]])
        runs[origin].outcomes.append(Outcome("", Event("", 0, {}), acts=[done]))
    return Chain("", runs, runs[:1])


@given(shape=st.lists(st.integers(0, 100), max_size=20))
def test_no_card_is_on_another_and_every_arrow_joins_two(shape):
    chain = chain_of([origin % (number + 1) for number, origin in enumerate(shape)])

    laid_out = picture(chain)

    assert {id(card.run) for card in laid_out.cards} == {id(run) for run in chain.runs}
    places = [(card.x, card.y) for card in laid_out.cards]
    assert len(set(places)) == len(places)
    for x, y in places:
        for other_x, other_y in places:
            assert (x, y) == (other_x, other_y) or abs(x - other_x) >= CARD_WIDTH or abs(y - other_y) >= CARD_HEIGHT
        assert 0 <= x <= laid_out.width - CARD_WIDTH
        assert 0 <= y <= laid_out.height - CARD_HEIGHT
    starts = {(card.x + CARD_WIDTH, card.y + CARD_HEIGHT // 2) for card in laid_out.cards}
    ends = {id(card.run): (card.x, card.y + CARD_HEIGHT // 2) for card in laid_out.cards}
    assert len(laid_out.arrows) == len(shape)
    for arrow in laid_out.arrows:
        assert (arrow.x, arrow.y) in starts
        assert (arrow.end_x, arrow.end_y) == ends[id(arrow.to)]


def test_a_retry_stands_beside_its_run_and_a_fork_below():
    first, second, third = picture(chain_of([0, 0])).cards

    assert (first.y, second.y, third.x) == (second.y, first.y, second.x)
    assert second.x > first.x
    assert third.y > second.y


def test_an_arrow_round_the_corner_ends_where_a_straight_one_would():
    straight, round_the_corner = picture(chain_of([0, 0])).arrows

    assert straight.path == f"M{straight.x} {straight.y}H{straight.end_x - 7}"
    assert round_the_corner.path.startswith(f"M{straight.x} {straight.y}H")
    assert round_the_corner.path.endswith(f" {round_the_corner.end_y}H{straight.end_x - 7}")


def test_an_act_that_nobody_followed_leads_to_nothing(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "escalate", 1)])
    (chain,) = assemble(read_spans(span_file.path)).chains

    laid_out = picture(chain)

    (arrow,) = laid_out.arrows
    assert (arrow.act.name, arrow.to) == ("escalate", None)
    assert laid_out.width > arrow.end_x
    assert [card.run.id for card in laid_out.cards] == [native("run", 1)]


def test_of_a_long_chain_the_picture_has_the_beginning():
    laid_out = picture(chain_of(list(range(99))))

    assert (len(laid_out.cards), laid_out.left_out) == (60, 40)
    assert [card.run.id for card in laid_out.cards] == [f"run {number}" for number in range(60)]

"""Spans of anything: any value under any of our names, in traces that are none."""

from hypothesis import strategies as st

from tests.read.agent_spans import native
from warpmetrics_otel import semconv
from warpmetrics_otel.read import Event, Link, Span

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
JUNK = st.recursive(
    SCALARS | st.sampled_from([native("run", 1), native("run", 2), native("grp", 1), native("oc", 1), "0" * 32]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
OUR_NAMES = [value for name, value in vars(semconv).items() if name.startswith(("WARPMETRICS_", "GEN_AI_"))]
ATTRIBUTES = st.dictionaries(st.sampled_from(OUR_NAMES), JUNK, max_size=8)
TYPES = st.sampled_from(["run", "group", "call", "carrier", "other", None])
HEX = st.sampled_from(["", "a", "b", "not hex"])
TIMES = st.integers(min_value=0, max_value=2**64 - 1)
EVENTS = st.builds(Event, st.sampled_from([semconv.EVENT_OUTCOME, semconv.EVENT_ACT]), TIMES, ATTRIBUTES)


LINK_TYPES = st.sampled_from([semconv.LINK_TYPE_FOLLOW_UP, semconv.LINK_TYPE_FOLLOWED_BY, semconv.LINK_TYPE_TARGET])
TYPED = st.builds(lambda said, kind: {**said, semconv.WARPMETRICS_LINK_TYPE: kind}, ATTRIBUTES, LINK_TYPES)
LINKS = st.builds(Link, HEX, HEX, ATTRIBUTES | TYPED)


@st.composite
def junk_spans(draw):
    kind = draw(TYPES)
    attributes = {**draw(ATTRIBUTES), **({semconv.WARPMETRICS_ENTITY_TYPE: kind} if kind else {})}
    return Span(
        draw(HEX), draw(HEX), draw(HEX), draw(st.text()), 1, draw(TIMES), draw(TIMES), draw(st.integers(0, 2)),
        draw(st.text()), attributes, tuple(draw(st.lists(EVENTS, max_size=2))),
        tuple(draw(st.lists(LINKS, max_size=2))), {}, "",
    )  # fmt: skip

"""JSON that a backend cut: what is whole comes back, what is not is never made up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.read.agent_spans import act, native, outcome
from warpmetrics_otel import semconv
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.read.cut_json import saved_from
from warpmetrics_otel.read.values import opts

WHOLE = {"pr": 42, "files": ["a", "b"], "deep": {"x": [1, {"y": 'zé\u2028"q'}], "t": True}, "last": "the end"}


@pytest.mark.parametrize(
    ("cut", "saved"),
    [
        ('{"pr": 42', None),
        ('{"pr": 42,', {"pr": 42}),
        ('{"pr": 42, "fil', {"pr": 42}),
        ('{"pr": 42, "files": ["a", "b', {"pr": 42, "files": ["a", "b"]}),
        ('{"pr": 42, "done": tr', {"pr": 42}),
        ('{"why": "caf\\u00', {"why": "caf"}),
        ('{"why": "say \\', {"why": "say "}),
        ('{"why": "good \\ud83d', {"why": "good "}),
        ('{"why": "good \\ud83d\\ude00', {"why": "good \N{GRINNING FACE}"}),
        ('["a", {"b": 1}', ["a", {"b": 1}]),
        ('"only tex', "only tex"),
        ("123", None),
        ("not JSON", None),
        ("{]", None),
        ("", None),
    ],
)
def test_what_is_left_of_a_cut_text(cut, saved):
    assert saved_from(cut) == saved


def part_of(saved, whole):
    """Whether something is what remains of a value when everything after some point is taken away."""
    match saved, whole:
        case dict(), dict():
            keys = list(saved)
            return keys == list(whole)[: len(keys)] and begins(list(saved.values()), list(whole.values()))
        case list(), list():
            return begins(saved, whole)
        case str(), str():
            return whole.startswith(saved)
    return saved == whole


def begins(saved, whole):
    """Whether values are the first of others, the last of them perhaps in part."""
    before, last = saved[:-1], saved[-1:]
    return before == whole[: len(before)] and all(part_of(each, whole[len(before)]) for each in last)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
BAGS = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers(-99, 99) | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)


@given(bag=BAGS, data=st.data())
def test_wherever_it_was_cut_what_is_saved_was_there(bag, data):
    text = json.dumps(bag)
    saved = saved_from(text[: data.draw(st.integers(0, len(text) - 1))])

    assert saved is None or part_of(saved, bag)


def test_every_cut_of_a_bag_saves_more():
    text = json.dumps(WHOLE)
    saved = [saved_from(text[:length]) for length in range(len(text))]

    assert all(found is None or part_of(found, WHOLE) for found in saved)
    assert saved[-1] == WHOLE
    sizes = [len(json.dumps(found)) for found in saved if found]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("length", [100, 5000])
def test_text_that_opens_without_end_ends(length):
    depth, inside = 0, saved_from("[" * length)
    while inside:
        inside, depth = inside[0], depth + 1
    assert 50 <= depth <= length


@pytest.mark.otlp_file
def test_opts_of_events_are_cut_by_a_backend_and_marked(span_file):
    long = {"reason": "r" * 3000, "pr": 42}
    cut = json.dumps(long)[:2048]
    events = [outcome(1, "Failed", opts=cut), act(1, "retry", 1, opts=cut)]
    span_file.run(1, "Writer", opts=cut, events=events)

    (run,) = assemble(read_spans(span_file.path)).chains[0].runs

    (failed,) = run.outcomes
    (retry,) = failed.acts
    saved = {"reason": "r" * (2048 - len('{"reason": "'))}
    assert [tuple(each.opts) for each in (run, failed, retry)] == [(saved, True)] * 3
    assert run.id == native("run", 1)


@pytest.mark.parametrize(
    ("json_left", "copy", "reads"),
    [
        ('{"note":"abcde', "abc", "abcde"),
        ('{"note":"abc', "abcde", "abcde"),
        ('{"note":["a","b","c', ["a", "b"], ["a", "b", "c"]),
        ('{"note":["a","b', ["a", "bcd"], ["a", "bcd"]),
        # A copy of a number that no attribute can hold is a text.
        (f'{{"note":{2**70},"m', str(2**70), 2**70),
        ('{"n', 7, 7),
    ],
)
def test_of_the_json_and_the_copy_the_one_that_reaches_further_is_read(json_left, copy, reads):
    attributes = {semconv.WARPMETRICS_OPTS: json_left, f"{semconv.WARPMETRICS_OPTS_PREFIX}note": copy}
    assert opts(attributes) == ({"note": reads}, True)

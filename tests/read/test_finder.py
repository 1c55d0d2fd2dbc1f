"""Whole chains out of a backend, given anything of them: what is searched for, and when it stops.

The backend here is a list of spans that answers as Jaeger and Tempo do; the real ones are in the end-to-end tests.
"""

import pytest

from tests.read.agent_spans import START_NS, act, link, native, outcome, span_hex, trace_hex
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.read.backend import Found
from warpmetrics_otel.read.finder import Finder
from warpmetrics_otel.read.source import Selection
from warpmetrics_otel.read.spans import Span

pytestmark = pytest.mark.otlp_file

SECOND = 10**9
ALWAYS = Selection(since_ns=0, until_ns=2 * START_NS)


def holds(span, key, value):
    """Whether a search for this goes by this span: by its attributes, and by those of its events."""
    return span.attributes.get(key) == value or any(event.attributes.get(key) == value for event in span.events)


class Spans:
    """A backend that holds these spans."""

    name = "Spans"

    def __init__(self, path, limit=1000):
        self.incomplete = []
        self.spans: list[Span] = list(read_spans(path))
        self.limit = limit
        self.read: list[str] = []
        self.searched: list[tuple[str, list[str]]] = []
        self.windows = []

    @property
    def requests(self):
        return len(self.read) + len(self.searched)

    def traces(self, trace_ids):
        for trace_id in trace_ids:
            self.read.append(trace_id)
            yield from (span for span in self.spans if span.trace_id == trace_id)

    def search(self, key, values, window, service):
        self.searched.append((key, list(values)))
        self.windows.append(window)
        found = [
            span.trace_id
            for span in self.spans
            if any(holds(span, key, value) for value in values)
            and window.since_ns <= span.start_ns <= window.until_ns
            and service in (None, span.resource.get(semconv.SERVICE_NAME))
        ]
        some = list(dict.fromkeys(found))[: self.limit]
        return Found(set(some), len(some) < self.limit)


def found(backend, wanted, selection=ALWAYS, **limits):
    finder = Finder(backend, backend.limit, **limits)
    chain = assemble(finder.chain_of(wanted, selection)).find(wanted)
    return chain and [run.id for run in chain.runs if not run.missing], finder


def runs(*numbers):
    return [native("run", number) for number in numbers]


@pytest.fixture
def writer(writer_file, span_file):
    """The writer's three attempts, and others around them that have nothing to do with it."""
    for number in range(20, 25):
        span_file.run(number, "Other", events=[outcome(number, "Failed"), act(number, "retry", number)])
    return span_file.path


EVERYTHING = [
    *(native("run", number) for number in (1, 2, 3)),
    native("oc", 1),
    native("oc", 3),
    native("act", 1),
    native("act", 2),
    native("grp", 20),
    native("call", 31),
    trace_hex(native("run", 2)),
    "wm_run_" + native("run", 2).removeprefix("wm_run_").upper(),
    f"00-{trace_hex(native('run', 3))}-{span_hex(native('run', 3))}-01",
    f"{native('act', 1)}@00-{trace_hex(native('run', 1))}-{span_hex(native('run', 1))}-01;n=1",
]


@pytest.mark.parametrize("wanted", EVERYTHING)
def test_anything_of_a_chain_finds_all_of_it_and_nothing_else(writer, wanted):
    backend = Spans(writer)
    chain, finder = found(backend, wanted)
    assert chain == runs(1, 2, 3)
    assert finder.incomplete == []
    assert not {trace_hex(native("run", number)) for number in range(20, 25)} & set(backend.read)
    assert len(backend.read) == len(set(backend.read))


@pytest.mark.parametrize("wanted", ["nonsense", "", "wm_run_", native("run", 99), native("act", 99), "f" * 32])
def test_what_is_not_there_gives_nothing(writer, wanted):
    assert found(Spans(writer), wanted)[0] is None


@pytest.fixture
def bare(span_file):
    """A follow-up that was given nothing but the id of the act: its root carries only that, and links to nothing."""
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    span_file.run(2, "Writer", attributes={semconv.WARPMETRICS_ACT_ID: native("act", 1)}, start=10, end=11)
    span_file.close()
    return span_file.path


@pytest.mark.parametrize("wanted", [*runs(1, 2), native("act", 1), native("oc", 1)])
def test_an_act_that_crossed_processes_as_a_bare_id(bare, wanted):
    assert found(Spans(bare), wanted)[0] == runs(1, 2)


@pytest.fixture
def forked(span_file):
    """Two follow-ups of one act, one of which was followed again; without links, as some storages give them."""
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, start=10, end=11)
    span_file.follow_up(
        3, "Writer", 1, 1, 2, 1, start=20, end=21, events=[outcome(3, "Failed", 21), act(3, "retry", 3, 21)]
    )
    span_file.follow_up(4, "Writer", 3, 3, 3, 1, start=30, end=31)
    span_file.close()
    return span_file.path


@pytest.mark.parametrize("wanted", runs(1, 2, 3, 4))
@pytest.mark.parametrize("links", [True, False])
def test_a_chain_that_forks(forked, wanted, links):
    backend = Spans(forked)
    if not links:
        backend.spans = [span._replace(links=()) for span in backend.spans]
    assert sorted(found(backend, wanted)[0]) == runs(1, 2, 3, 4)


def test_links_that_lost_what_they_said(forked):
    backend = Spans(forked)
    backend.spans = [
        span._replace(links=tuple(each._replace(attributes={}) for each in span.links)) for span in backend.spans
    ]
    assert sorted(found(backend, native("run", 4))[0]) == runs(1, 2, 3, 4)


def test_a_run_that_joined_a_trace_is_found_by_its_id(span_file):
    span_file.run(1, "Writer", trace_id=0xABC, events=[outcome(1, "Failed"), act(1, "retry", 1)])
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, start=10, end=11)
    span_file.close()
    backend = Spans(span_file.path)
    backend.spans = [span._replace(links=()) for span in backend.spans]
    assert found(backend, native("run", 1))[0] == runs(1, 2)
    assert found(backend, native("run", 2))[0] == runs(1, 2)


def outcomes_of(backend, wanted):
    chain = assemble(Finder(backend, 1000).chain_of(wanted, ALWAYS)).find(wanted)
    return [each.name for run in chain.runs for entity in run.entities() for each in entity.outcomes]


@pytest.mark.parametrize("kind", ["grp", "call"])
def test_an_outcome_in_a_trace_of_its_own_is_found_by_its_target(span_file, kind):
    run_id = span_file.run(1, "Writer")
    group_id = span_file.group(1, "Draft", run_id, run_id)
    span_file.call(1, group_id, run_id)
    span_file.carrier(outcome(9, "Merged", at=50), target_id=native(kind, 1))
    span_file.close()
    assert outcomes_of(Spans(span_file.path), run_id) == ["Merged"]
    assert outcomes_of(Spans(span_file.path), native("oc", 9)) == ["Merged"]


def test_an_outcome_in_the_trace_of_the_id_of_a_run_that_joined_another(span_file):
    run_id = span_file.run(1, "Writer", trace_id=0xABC)
    span_file.carrier(
        outcome(9, "Merged", at=50),
        target_id=run_id,
        trace_id=ids.trace_id_of(run_id),
        parent=ids.span_id_of(run_id),
        links=[link(ids.trace_id_of(run_id), ids.span_id_of(run_id))],
        attributes={semconv.WARPMETRICS_RUN_ID: run_id},
    )
    span_file.close()
    assert outcomes_of(Spans(span_file.path), run_id) == ["Merged"]
    assert outcomes_of(Spans(span_file.path), native("oc", 9)) == ["Merged"]


def test_an_act_on_an_outcome_of_another_process_and_what_followed_it(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed")])
    span_file.carrier(act(1, "retry", 1, at=5), target_id=native("oc", 1))
    span_file.run(2, "Writer", attributes={semconv.WARPMETRICS_ACT_ID: native("act", 1)}, start=10, end=11)
    span_file.close()
    for wanted in (*runs(1, 2), native("act", 1), native("oc", 1)):
        assert found(Spans(span_file.path), wanted)[0] == runs(1, 2), wanted


def test_a_chain_of_many_runs_takes_few_searches_for_them(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    for number in range(2, 300):
        events = [outcome(number, "Failed"), act(number, "retry", number)]
        span_file.follow_up(
            number, "Writer", number - 1, number - 1, number, 1, start=number, end=number + 1, events=events
        )
    span_file.close()
    backend = Spans(span_file.path)
    chain, _ = found(backend, native("run", 150))
    assert chain == runs(*range(1, 300))
    assert len(backend.searched) <= 20


def test_a_search_that_was_cut_short_is_told(writer):
    finder = found(Spans(writer, limit=1), native("run", 1))[1]
    assert ["gave 1 traces, the most that --limit allows" in each for each in finder.incomplete] == [True]


def test_no_more_is_read_and_searched_for_than_was_agreed(writer):
    _, finder = found(Spans(writer), native("run", 1), most_traces=1)
    assert ["more traces in Spans than are read" in each for each in finder.incomplete] == [True]
    backend = Spans(writer)
    _, finder = found(backend, native("run", 1), most_requests=2)
    assert ["to search for than is searched" in each for each in finder.incomplete] == [True]
    assert len(backend.searched) == 1


def test_circles_end(span_file):
    span_file.follow_up(1, "Writer", 2, 2, 2, 2, events=[outcome(1, "Failed"), act(1, "retry", 1)])
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, events=[outcome(2, "Failed"), act(2, "retry", 2)])
    span_file.close()
    assert sorted(found(Spans(span_file.path), native("run", 1))[0]) == runs(1, 2)


def test_the_time_searched_begins_before_what_is_known(writer):
    backend = Spans(writer)
    run_id = ids.run_id_of_trace(START_NS // 1_000_000 << 80 | 7)
    list(Finder(backend, 10).chain_of(run_id, Selection()))
    assert all(window.since_ns <= START_NS - SECOND for window in backend.windows)
    assert backend.windows
    assert all(window.since_ns >= START_NS - 2 * 86_400 * SECOND for window in backend.windows)


def chosen(backend, **selection):
    finder = Finder(backend, backend.limit)
    chains = assemble(finder.everything(Selection(**selection))).chains
    return sorted(run.id for chain in chains for run in chain.runs if not run.missing)


def at(seconds):
    return START_NS + int(seconds * SECOND)


def test_everything_of_a_time_and_what_it_follows(writer):
    # The third attempt starts at 30 s; those before it are read because it follows them.
    assert chosen(Spans(writer), since_ns=at(25), until_ns=at(40)) == runs(1, 2, 3)
    assert chosen(Spans(writer), since_ns=at(-1), until_ns=at(5)) == runs(20, 21, 22, 23, 24)
    assert chosen(Spans(writer), since_ns=at(100), until_ns=at(101)) == []


def test_everything_of_a_label_with_the_whole_of_its_chains(span_file):
    span_file.run(1, "Planner", events=[outcome(1, "Failed"), act(1, "write", 1)])
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, start=10, end=11)
    span_file.run(3, "Other")
    span_file.close()
    window = {"since_ns": at(-1), "until_ns": at(20)}
    assert chosen(Spans(span_file.path), label="Planner", **window) == runs(1, 2)
    assert chosen(Spans(span_file.path), label="Writer", **window) == runs(1, 2)


def test_without_a_time_the_last_day(writer):
    backend = Spans(writer)
    list(Finder(backend, 10).everything(Selection()))
    (window,) = set(backend.windows)
    assert window.until_ns - window.since_ns == 86_400 * SECOND

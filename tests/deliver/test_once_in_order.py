"""Promise 1: each entity is sent once, parents no later than their children, and a resend does no harm."""

import threading

import pytest

from tests.deliver.entities import program, run
from warpmetrics_otel.testing import Reply

KINDS = ("runs", "groups", "calls", "links", "outcomes", "acts")


def arrived(api):
    return sum(len(api.entities(kind)) for kind in KINDS)


def test_what_was_taken_arrives(api, pipeline):
    entities = program()
    pipe = pipeline()
    pipe.take(entities)
    counts = pipe.flush(60)

    assert (counts.delivered, counts.pending, counts.dropped) == (len(entities), 0, {})
    assert [api.row(entity.key) for entity in entities] == [entity.to_json() for entity in entities]
    assert api.incomplete() == []


def test_what_several_mouths_bring_is_sent_once(api, pipeline):
    entities = program()
    pipe = pipeline()
    pipe.take(entities)
    pipe.take(entities[2:5])
    pipe.flush(60)
    pipe.take(entities)

    # Violations, among which is `duplicate`, are looked for by the fixture.
    assert pipe.flush(60).delivered == len(entities)


def test_mouths_in_many_threads_bring_the_same(api, pipeline):
    pipe = pipeline()
    programs = [program() for _ in range(40)]

    def mouth():
        for entities in programs:
            pipe.take(entities)

    mouths = [threading.Thread(target=mouth) for _ in range(4)]
    for one in mouths:
        one.start()
    for one in mouths:
        one.join()

    assert pipe.flush(60).delivered == sum(map(len, programs)) == arrived(api)


def test_parents_go_first_however_small_the_batches_are(api, pipeline):
    # Small enough for a program to be in several batches.
    api.max_body = 900
    pipe = pipeline()
    first = program()
    pipe.take(first + program(follows=first[-1]))
    counts = pipe.flush(60)

    assert counts.delivered == 14
    assert len(api.batches) > 4
    assert api.incomplete() == []


@pytest.mark.parametrize(
    "lost", [Reply.reset("unanswered", taken=True), Reply.half_closed(taken=True), Reply.refused(503, taken=True)]
)
def test_an_answer_that_gets_lost_leads_to_the_same_once_more(api, pipeline, lost):
    api.answer(lost)
    pipe = pipeline()
    entities = program()
    pipe.take(entities)
    counts = pipe.flush(60)

    bodies = [request.body for request in api.requests]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert (counts.delivered, arrived(api)) == (7, 7)


def test_nothing_starts_before_there_is_something_to_send(api, pipeline):
    before = threading.active_count()
    pipe = pipeline()
    counts = pipe.flush(60)
    assert threading.active_count() == before
    assert counts.delivered == 0

    pipe.take([run()])
    api.wait_for(lambda: api.entities("runs"))

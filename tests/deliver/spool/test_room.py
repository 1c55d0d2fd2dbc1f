from warpmetrics_otel.deliver.spool.files import Entry
from warpmetrics_otel.deliver.spool.names import lock_name, segment_name
from warpmetrics_otel.deliver.spool.room import to_remove

OURS, THEIRS = "a" * 16, "b" * 16


def segments(owner, *ages_and_sizes):
    return [
        Entry(segment_name(owner, number), size, changed) for number, (changed, size) in enumerate(ages_and_sizes, 1)
    ]


def names(plan):
    return [[entry.name for entry in part] for part in plan]


def plan(entries, refused=(), *, needed=100, most):
    return to_remove(entries, refused, ours=[OURS], segment_bytes=100, needed=needed, most=most)


def test_nothing_goes_while_there_is_room():
    assert plan(segments(OURS, (1, 100), (2, 100)), most=300) == ([], [])


def test_the_oldest_of_all_go_but_not_what_another_process_writes():
    entries = segments(OURS, (3, 100), (4, 100)) + segments(THEIRS, (1, 100), (2, 100), (2, 100))
    assert names(plan(entries, most=400)) == [[], [segment_name(THEIRS, 1), segment_name(THEIRS, 2)]]
    everything = names(plan(entries, most=200))[1]
    assert segment_name(THEIRS, 3) not in everything
    assert len(everything) == 4


def test_an_owners_segments_go_in_their_order_whatever_the_clock_said():
    entries = segments(OURS, (1000, 100), (1, 100), (500, 100))
    assert names(plan(entries, most=200))[1] == [segment_name(OURS, 1), segment_name(OURS, 2)]


def test_what_another_process_is_writing_counts_as_full():
    assert names(plan(segments(OURS, (1, 100)) + segments(THEIRS, (2, 10)), most=300)) == [[], []]
    assert names(plan(segments(OURS, (1, 100)) + segments(THEIRS, (2, 10)), most=299))[1] == [segment_name(OURS, 1)]


def test_quarantine_goes_first_and_counts_in_blocks():
    refused = [Entry("young", 10, 2), Entry("old", 10, 1)]
    assert names(plan(segments(OURS, (0, 100)), refused, most=5000)) == [["old"], []]


def test_no_plan_when_nothing_that_may_go_is_enough():
    assert plan(segments(THEIRS, (1, 100)), most=199) is None
    assert plan([], needed=1000, most=999) is None


def test_other_files_take_room_and_stay():
    entries = [Entry(lock_name(OURS), 50, 0), *segments(OURS, (1, 100))]
    assert names(plan(entries, most=249))[1] == [segment_name(OURS, 1)]

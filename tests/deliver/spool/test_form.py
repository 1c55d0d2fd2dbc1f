from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.deliver.spool.form import HEADER, parse, progress, progress_in, record, resume, seed_of
from warpmetrics_otel.deliver.spool.segment import survey

SEED = seed_of("name")
PAYLOADS = st.lists(st.binary(max_size=40), max_size=8)


def written(payloads, seed=SEED):
    content = HEADER
    for payload in payloads:
        content += record(payload, seed, len(content))
    return content


def read(content, seed=SEED):
    return [payload for payload, _ in parse(content[len(HEADER) :], len(HEADER), seed, 10**6, 10**6).records]


@given(PAYLOADS)
def test_what_is_written_is_read(payloads):
    assert read(written(payloads)) == payloads


@given(PAYLOADS, st.data())
def test_a_cut_file_holds_the_records_before_the_cut(payloads, data):
    content = written(payloads)
    cut = data.draw(st.integers(len(HEADER), len(content)))
    found = read(content[:cut])
    assert found == payloads[: len(found)]
    assert len(written(payloads[: len(found) + 1])) > cut or found == payloads


@given(PAYLOADS.filter(bool), st.data())
def test_one_changed_byte_costs_at_most_one_record(payloads, data):
    content = bytearray(written(payloads))
    at = data.draw(st.integers(len(HEADER), len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    seen = survey(bytes(content[len(HEADER) :]), len(HEADER), SEED)
    assert seen.count == len(payloads) - 1
    assert seen.damaged + seen.torn == 1


@given(PAYLOADS.filter(bool))
def test_records_of_another_file_are_none(payloads):
    assert read(written(payloads), seed_of("another")) == []


@given(st.binary(max_size=200))
def test_a_record_within_a_payload_is_not_found_behind_damage(inner):
    """A payload may hold the bytes of a record; where it stands they are none."""
    outer = record(record(inner, SEED, 0), SEED, len(HEADER))
    damaged = b"\0" + outer[1:]
    assert resume(damaged, len(HEADER), SEED, len(HEADER)) is None


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 19), st.integers(1, 255))
def test_progress_is_read_or_ignored(segment, offset, at, change):
    content = progress("owner", segment, offset)
    assert progress_in("owner", content) == (segment, offset)
    assert progress_in("other", content) == (0, 0)
    changed = bytearray(content)
    changed[at] ^= change
    assert progress_in("owner", bytes(changed)) == (0, 0)

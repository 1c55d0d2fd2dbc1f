"""Native ids, the trace and span ids that follow from them, and portable refs: properties of pure functions."""

import os
import random
import string
from hashlib import blake2b

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ulid import ULID

from warpmetrics_otel import ids

LOW_64 = (1 << 64) - 1
CANONICAL = "01arz3ndektsv4rrffq69g5fav"

prefixes = st.sampled_from(ids.PREFIXES)
ulids = st.integers(1, (1 << 128) - 1).filter(lambda number: number & LOW_64)
# What may stand after the prefix: anything but what ends an id inside a ref.
suffixes = st.text(st.characters(codec=None), min_size=1, max_size=60).filter(
    lambda text: ids.kind_of(f"wm_run_{text}") is not None
)
names = st.text(st.characters(codec=None), max_size=400)


def hashed(native_id: str) -> int:
    """BLAKE2b-128 of the whole id, as the contract words it."""
    return int.from_bytes(blake2b(native_id.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")


@given(prefixes, ulids)
def test_a_canonical_ulid_gives_its_own_bits(prefix, number):
    native_id = f"wm_{prefix}_{str(ULID.from_int(number)).lower()}"
    assert ids.bits_of(native_id) == number
    assert ids.trace_id_of(native_id) == number
    assert ids.span_id_of(native_id) == number & LOW_64


@pytest.mark.parametrize(
    "suffix",
    [
        "abc123",
        "a",
        CANONICAL[:-1],
        CANONICAL + "0",
        *(CANONICAL[:-1] + letter for letter in "ilou"),
        CANONICAL.upper(),
        CANONICAL[:-1] + "V",
        "8" + CANONICAL[1:],
        "zzzzzzzzzzzzzzzzzzzzzzzzzz",
        CANONICAL[:-1] + "é",
        # A digit to `str.isdigit` and to `\\d`, not to the ULID alphabet.
        CANONICAL[:-1] + "\u0663",
        "\ud800" + CANONICAL[1:],
        "日本語",
        "x_" + CANONICAL,
        # As other tools of the vendor make them: base36 and hex.
        "mfk2q8z1a4d0c5e9b7f3a2d1e8",
    ],
)
def test_any_other_suffix_gives_the_hash_of_the_whole_id(suffix):
    native_id = f"wm_run_{suffix}"
    assert ids.bits_of(native_id) == hashed(native_id)
    assert ids.bits_of(native_id) != ids.bits_of(f"wm_grp_{suffix}")


@given(prefixes, suffixes)
@example("run", "0" * 26)
@example("run", "01arz3ndek000000000000000")
def test_derivation_is_a_pure_function_and_never_zero(prefix, suffix):
    native_id = f"wm_{prefix}_{suffix}"
    first = (ids.trace_id_of(native_id), ids.span_id_of(native_id))
    random.seed(repr(suffix))
    assert (ids.trace_id_of(native_id), ids.span_id_of(native_id)) == first
    assert 0 < first[0] < 1 << 128
    assert 0 < first[1] < 1 << 64
    assert first[1] == first[0] & LOW_64


@pytest.mark.parametrize("number", [0, 1 << 64, 0x0123456789AB << 80])
def test_a_ulid_without_low_bits_is_hashed_because_a_span_id_may_not_be_zero(number):
    native_id = f"wm_call_{str(ULID.from_int(number)).lower()}"
    assert ids.bits_of(native_id) == hashed(native_id)
    assert ids.span_id_of(native_id)


def test_100_000_ids_give_100_000_distinct_nonzero_span_ids():
    random.seed(1)
    minted = [ids.mint(prefix) for prefix in ids.PREFIXES for _ in range(20_000)]
    assert len({native_id for native_id, _ in minted}) == 100_000
    span_ids = {ids.span_id_of(native_id) for native_id, _ in minted}
    assert len(span_ids) == 100_000
    assert 0 not in span_ids


@given(prefixes)
def test_a_minted_id_is_a_canonical_lower_case_ulid_and_comes_with_its_bits(prefix):
    native_id, number = ids.mint(prefix)
    suffix = native_id.removeprefix(f"wm_{prefix}_")
    assert str(ULID.from_str(suffix.upper())).lower() == suffix
    assert ids.bits_of(native_id) == number == int(ULID.from_str(suffix.upper()))
    assert ids.kind_of(native_id) == prefix


def test_minting_goes_on_where_the_system_gives_a_span_id_of_zero(monkeypatch):
    draws = [bytes(16), b"\xff\xff\xff" + bytes(13), bytes(15) + b"\x07"]
    monkeypatch.setattr(os, "urandom", lambda size: draws.pop(0))
    native_id, _ = ids.mint(ids.RUN)
    assert ids.span_id_of(native_id) == 7
    assert not draws


contexts = st.tuples(st.integers(0, (1 << 128) - 1), st.integers(0, LOW_64))


@given(prefixes, contexts, st.binary(max_size=20))
def test_what_a_foreign_span_stands_for_is_named_by_the_hash_of_its_context(prefix, context, more):
    trace_id, span_id = context
    native_id = ids.derived(prefix, trace_id, span_id, more)
    data = trace_id.to_bytes(16, "big") + span_id.to_bytes(8, "big") + more
    number = int.from_bytes(blake2b(data, digest_size=16).digest(), "big")
    assert native_id == f"wm_{prefix}_{str(ULID.from_int(number)).lower()}"
    assert ids.bits_of(native_id) == number


def test_a_derived_id_is_the_same_in_every_version():
    assert ids.derived(ids.CALL, 0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7) == (
        "wm_call_2qwdmmfdah9p4zgtqcdvj1ye9b"
    )


@given(ulids)
def test_the_root_of_a_run_is_told_by_its_ids(number):
    native_id = f"wm_run_{str(ULID.from_int(number)).lower()}"
    assert ids.is_run_of_trace(ids.trace_id_of(native_id), ids.span_id_of(native_id))
    assert not ids.is_run_of_trace(number, (number ^ 1) & LOW_64)


@given(st.integers(0, (1 << 128) - 1))
def test_the_run_of_a_foreign_trace_is_named_by_the_trace_id(trace_id):
    native_id = ids.run_id_of_trace(trace_id)
    assert native_id == f"wm_run_{str(ULID.from_int(trace_id)).lower()}"
    if trace_id & LOW_64:
        assert ids.trace_id_of(native_id) == trace_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wm_run_",
        "wm_run",
        "wm_tool_abc",
        "run_abc",
        "wm_run_a b",
        "wm_run_a;b",
        "WM_RUN_abc",
        " wm_run_abc",
        "wm_run_a\n",
    ],
)
def test_what_is_no_native_id(text):
    assert ids.kind_of(text) is None


def run_ids():
    return st.one_of(
        ulids.map(lambda number: f"wm_run_{str(ULID.from_int(number)).lower()}"), suffixes.map("wm_run_{}".format)
    )


refs = st.builds(
    ids.Ref,
    st.one_of(st.builds("wm_{}_{}".format, prefixes, suffixes), run_ids()),
    trace_id=st.none() | st.integers(1, (1 << 128) - 1),
    span_id=st.none() | st.integers(1, (1 << 64) - 1),
    flags=st.integers(0, 255),
    chain_id=st.none() | run_ids(),
    position=st.none() | st.integers(1, 999_999_999),
    run_id=st.none() | run_ids(),
    outcome_id=st.none() | suffixes.map("wm_oc_{}".format),
    outcome_name=st.none() | names,
    act_name=st.none() | names,
)


@given(refs)
def test_a_ref_read_and_written_again_is_the_same_text(ref):
    text = str(ref)
    parsed = ids.parse_ref(text)
    assert parsed is not None
    assert parsed.id == ref.id
    assert str(parsed) == text


@given(refs)
def test_a_ref_is_at_most_512_characters(ref):
    assert len(str(ref)) <= ids.MAX_REF_LENGTH == 512


def test_even_the_longest_id_leaves_a_ref_within_its_length():
    longest = ids.Ref("wm_run_" + "x" * 256, 1, 1, chain_id="wm_run_" + "y" * 256, act_name="z" * 400)
    assert ids.kind_of(longest.id) == ids.RUN
    assert ids.kind_of(longest.id + "x") is None
    assert len(str(longest)) <= 512


@given(st.integers(1, 999_999_999), st.text(max_size=10), st.text(max_size=10))
def test_what_a_ref_says_of_the_chain_survives(position, outcome, act):
    short = ids.Ref("wm_act_a", 1, 2, 1, "wm_run_c", position, "wm_run_r", "wm_oc_o", outcome, act)
    assert ids.parse_ref(str(short)) == short


@given(names)
def test_names_are_percent_encoded_and_cut_at_whole_characters(name):
    text = str(ids.Ref("wm_act_a", act_name=name))
    encoded = text.removeprefix("wm_act_a;a=")
    assert set(encoded) <= set(string.ascii_letters + string.digits + "_.-~%")
    read = ids.parse_ref(text).act_name
    # Lone surrogates have no encoding; they are the only characters that change.
    assert name.encode("utf-8", "replace").decode().startswith(read)
    assert len(encoded) <= 120
    if len(name) <= 10:
        assert read == name.encode("utf-8", "replace").decode()


@given(
    st.one_of(st.text(st.characters(codec=None)), st.builds("wm_act_x{}{}".format, st.sampled_from("@;=%"), st.text()))
)
@example("wm_act_x@00-" + "0" * 32 + "-" + "0" * 16 + "-01")
@example("wm_act_x;n=" + "9" * 5000)
@example("wm_act_x;n=٣")
@example("wm_act_x;n=-1;c=wm_oc_y;q=%ff%;a")
@example("wm_act_x;;;=;a==;q=\ud800")
def test_reading_a_ref_never_raises_and_keeps_the_id(text):
    parsed = ids.parse_ref(text)
    if text.startswith(("wm_act_x@", "wm_act_x;")):
        assert parsed.id == "wm_act_x"
    if parsed is not None:
        assert ids.kind_of(parsed.id)
        assert parsed.position is None or parsed.position < 10**9


def test_parts_of_a_ref_that_make_no_sense_are_left_out():
    assert ids.parse_ref("wm_act_x@nonsense;c=wm_oc_y;n=one;r=;o=wm_run_z;zz=1") == ids.Ref("wm_act_x")


@given(st.integers(0, (1 << 128) - 1), st.integers(0, (1 << 64) - 1), st.integers(0, 255))
def test_a_traceparent_is_read_unless_an_id_in_it_is_zero(trace_id, span_id, flags):
    read = ids.parse_traceparent(f"00-{trace_id:032x}-{span_id:016x}-{flags:02x}")
    assert read == ((trace_id, span_id, flags) if trace_id and span_id else None)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings", True),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", False),
        ("", False),
    ],
)
def test_which_traceparents_are_valid(text, valid):
    assert (ids.parse_traceparent(text) is not None) == valid

"""Texts and attributes that every exporter can encode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.strange import Color, NoText, OtherText, Unbound, Word
from warpmetrics_otel.translate.text import MAX_TEXT_LENGTH, brief, encodable, fit, int_text, plain, text_of

texts = st.text(st.characters(codec=None))


@given(texts)
def test_what_is_encodable_encodes_and_stays_as_it_is(text):
    result = encodable(text)
    result.encode()
    assert encodable(result) is result
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert result is text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("\ud800", "\ufffd"),
        ("a\udc00b\ud800", "a\ufffdb\ufffd"),
        ("\ud83dé", "\ufffdé"),
        # Halves of one character, as a text cut out of JavaScript has them.
        ("\ud83d\ude00", "😀"),
    ],
)
def test_a_lone_surrogate_becomes_one_mark(text, result):
    assert encodable(text) == result


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (7, "7"),
        (True, "True"),
        (2**64, "18446744073709551616"),
        (OtherText("kept"), "kept"),
        (Word.YES, "yes"),
        (Color.RED, "Color.RED"),
    ],
)
def test_any_value_has_a_text(value, text):
    assert text_of(value) == text
    assert type(text_of(value)) is str


def test_what_has_no_text_is_named_by_its_type():
    assert text_of(NoText()) == "<NoText without text: RuntimeError>"
    assert text_of(Unbound()) == "<Unbound without text: RuntimeError>"


def test_an_integer_of_any_length_has_a_text():
    assert int(int_text(-(10**5000)), 0) == -(10**5000)


def test_a_text_on_a_span_is_bounded():
    assert len(plain("é" * 10**6)) == MAX_TEXT_LENGTH


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\nlines", "'two\\nlines'"),
        (10**200, "1" + "0" * 99),
        (None, "NoneType"),
        ("\ud800", "'\\ud800'"),
        (1.5, "1.5"),
    ],
)
def test_a_value_in_a_message_is_short_and_on_one_line(value, text):
    assert brief(value) == text


def test_attributes_that_fit_are_left_alone():
    attributes = {"a": "x", "b": 1, "c": 1.5, "d": True}
    assert fit(attributes) is attributes


def test_attributes_that_do_not_fit_are_replaced_one_by_one():
    attributes = {"a": "\ud800", "b": 2**63, "c": ["x", "\ud800", 2**64], "d": {1: 2}, "e": "é", "f": -(2**63)}
    assert fit(attributes) == {
        "a": "\ufffd",
        "b": "9223372036854775808",
        "c": ["x", "\ufffd", "18446744073709551616"],
        "d": "{1: 2}",
        "e": "é",
        "f": -(2**63),
    }

"""The pages: what is in them, that no text gets out of its place, and what a real browser makes of them."""

import re
import zlib
from pathlib import Path

import pytest

from tests.read.agent_spans import native, outcome
from tests.read.html.conftest import ATTACKS
from tests.read.html.reading import Page
from warpmetrics_otel.read import Chains, assemble, read_spans
from warpmetrics_otel.read.html import acts_page, chains_page, runs_page
from warpmetrics_otel.read.statistics import Judge, act_statistics, run_statistics
from warpmetrics_otel.read.words import printable

pytestmark = pytest.mark.otlp_file

ALLOWED = {
    "a", "article", "b", "body", "code", "dd", "defs", "div", "dl", "dt", "footer", "h1", "h2", "h3", "head", "header",
    "html", "i", "li", "link", "main", "marker", "meta", "ol", "p", "path", "rect", "section", "span", "style", "svg",
    "table", "tbody", "td", "text", "th", "title", "tr", "ul",
}  # fmt: skip


def pages_of(chain):
    chains = Chains([chain], [])
    judge = Judge()
    return {
        "chain": chains_page([chain, chain], judge, ATTACKS[0]),
        "acts": acts_page(act_statistics(chains, judge), ATTACKS[0]),
        "runs": runs_page(run_statistics(chains, judge), ATTACKS[0]),
    }


@pytest.fixture
def writer(writer_file):
    (chain,) = assemble(read_spans(writer_file)).chains
    return chain


def test_the_writers_chain_with_its_numbers(writer):
    text = Page(chains_page([writer], Judge(), "spans.jsonl")).text

    for number in (1, 2, 3):
        assert f"Run {number} · Writer" in text
        assert native("run", number) in text
    assert "3 runs 6 calls 60 → 120 tokens in → out 24.0 s from start to end" in text
    assert text.count("▲ better") == 4
    assert "retry ▲ better" in text
    assert "What changed before now score 3 6 attempt 1 2 time 4.0 s 4.0 s ±0.0 ms tokens 60 60 ±0" in text
    assert "✓ Completed" in text
    assert "● Below Threshold" in text
    assert "targetScore 8 actualScore 6" in text
    assert "Generate 1.0 s gpt-4o 500 ms · 10 → 20 tokens" in text
    assert "Read back from spans.jsonl by warpmetrics-otel" in text


def test_a_chain_with_everything_odd_in_it(odd_chain):
    text = Page(chains_page([odd_chain], Judge(["merged"]), "x")).text

    assert "no follow-up" in text
    assert "not among these spans" in text
    assert "failed: 429" in text
    assert "ValueError: no" in text
    assert "$0.25" in text
    assert "✓ Merged" in text
    assert "Hatched: nothing ran for 24 h 59 min, 24 h 59 min." in text
    assert "model gpt-4o gpt-5" in text
    assert "cut off" not in text


def test_a_run_that_failed_by_its_outcome_says_so_once(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Refused")], error="Refused")
    (by_outcome,) = assemble(read_spans(span_file.path)).chains
    span_file.run(2, "Writer", events=[outcome(2, "Refused")], error="no disk")
    _, by_error = assemble(read_spans(span_file.path)).chains

    assert '<div class="failure">' not in chains_page([by_outcome], Judge(), "x")
    assert '<div class="failure">no disk' in chains_page([by_error], Judge(), "x")


def test_a_page_of_several_chains_leads_to_each(writer, odd_chain):
    page = Page(chains_page([writer, odd_chain], Judge(), "x"))

    assert "2 chains" in page.text
    targets = {value.removeprefix("#") for value in page.attributes("href") if value.startswith("#")}
    assert {"chain-1", "chain-2", "chain-1-run-3", "chain-2-run-1"} <= targets
    places = page.attributes("id")
    assert targets <= set(places)
    assert len(places) == len(set(places))


@pytest.mark.parametrize("kind", ["chain", "acts", "runs"])
def test_no_text_gets_out_of_its_place(hostile_chain, kind):
    page = Page(pages_of(hostile_chain)[kind])

    assert page.tags <= ALLOWED
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert all(value.startswith("#") or value == "data:," for value in page.attributes("href"))
    assert page.attributes("src") == []
    assert all(re.fullmatch(r"(left:[\d.]+%;)?(width:[\d.]+%|padding-left:\d+px|fill:var\(--soft\))", value)
               for value in page.attributes("style"))  # fmt: skip
    for attack in ATTACKS:
        shown = " ".join(printable(attack).split())
        assert shown in page.text or kind != "chain"
    assert " ".join(ATTACKS[0].split()) in page.text


@pytest.mark.parametrize("kind", ["chain", "acts", "runs"])
def test_a_page_is_allowed_to_load_nothing(writer, kind):
    html = pages_of(writer)[kind]

    (policy,) = [
        attributes["content"] for tag, attributes in Page(html).elements if tag == "meta" and "http-equiv" in attributes
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not re.findall(r"url\(\s*['\"]?(?!#)", html)
    assert "@import" not in html


def test_characters_that_no_page_can_hold_are_replaced(hostile_chain):
    html = chains_page([hostile_chain], Judge(), "\ud800")

    html.encode("utf-8")
    assert "\x00" not in html
    assert "\x1b" not in html


def test_what_is_about_nothing_that_was_read_is_on_the_page(span_file):
    span_file.run(1, "Writer")
    span_file.carrier(outcome(1, "Merged", at=2, opts={"by": "alice"}), target_id=native("grp", 99))
    found = assemble(read_spans(span_file.path))

    text = Page(chains_page(found.chains, Judge(), "x", found.unattached)).text

    expected = f"Merged 2026-09-21 14:13:22 UTC {native('oc', 1)} by alice"
    assert f"About something that is not among these spans {expected}" in text


def test_opts_that_were_cut_say_so(span_file):
    span_file.run(1, "Writer", opts='{"reason": "too lo')
    (chain,) = assemble(read_spans(span_file.path)).chains

    assert "reason too lo cut off by what stored it" in Page(chains_page([chain], Judge(), "x")).text


def write(path, html):
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["chain", "acts", "runs"])
def test_a_browser_loads_the_page_and_nothing_else(chromium, tmp_path, writer, kind):
    page = write(tmp_path / "page.html", pages_of(writer)[kind])

    # Which fails when the page asks for anything, or writes to the console.
    shown = Page(chromium.dom(page))

    words = {
        "chain": ["Run 3 · Writer", "score 9", "60 → 120", "24.0 s"],
        "acts": ["retry", "score", "+3", "100%"],
        "runs": ["Writer", "3 attempts a chain", "100% success after retries (1)", "Below Threshold"],
    }[kind]
    assert [word for word in words if word not in shown.text] == []


def test_a_request_and_an_error_would_be_seen(chromium, tmp_path):
    head = '<!doctype html><link rel="icon" href="data:,">'
    asking = write(tmp_path / "asking.html", f'{head}<img src="http://127.0.0.1:9/picture.png">')
    failing = write(tmp_path / "failing.html", f"{head}<script>throw new Error('failed')</script>")

    with pytest.raises(AssertionError, match=r"127\.0\.0\.1:9/picture\.png"):
        chromium.dom(asking)
    with pytest.raises(AssertionError, match="CONSOLE"):
        chromium.dom(failing)


@pytest.mark.parametrize("kind", ["chain", "acts", "runs"])
def test_a_browser_runs_nothing_of_what_was_recorded(chromium, tmp_path, hostile_chain, kind):
    page = write(tmp_path / "page.html", pages_of(hostile_chain)[kind])

    shown = Page(chromium.dom(page))

    assert shown.tags <= ALLOWED
    assert ATTACKS[0] in shown.text


def corner(png: Path):
    """The colour of a picture's first pixel: no filter changes that one."""
    data = png.read_bytes()
    at, packed = 8, b""
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    return tuple(zlib.decompress(packed)[1:4])


def test_light_and_dark(chromium, tmp_path, writer):
    page = write(tmp_path / "page.html", chains_page([writer], Judge(), "x"))

    for name, dark in (("light", False), ("dark", True)):
        chromium.picture(page, tmp_path / f"{name}.png", 600, 400, dark=dark)

    assert min(corner(tmp_path / "light.png")) > 200
    assert max(corner(tmp_path / "dark.png")) < 60


def test_paper_is_white_whatever_the_screen(chromium, tmp_path, writer):
    html = chains_page([writer], Judge(), "x")
    assert html.count("@media print") == 1
    page = write(tmp_path / "page.html", html.replace("@media print", "@media screen"))

    chromium.picture(page, tmp_path / "paper.png", 600, 400, dark=True)

    assert corner(tmp_path / "paper.png") == (255, 255, 255)

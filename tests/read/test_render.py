"""Chains as a tree: what it says, that it fits, and that no label takes over the terminal."""

import io

import pytest
from rich.console import Console

from tests.read.agent_spans import act, link, native, outcome
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.read.render import show_chain
from warpmetrics_otel.read.values import Opts
from warpmetrics_otel.read.words import cost, count, duration, opts_words, printable

pytestmark = pytest.mark.otlp_file

RUN = native("run", 1)


def shown(path, width=200, **options):
    console = Console(file=io.StringIO(), width=width, highlight=False, **options)
    for chain in assemble(read_spans(path)).chains:
        show_chain(console, chain)
    return console.file.getvalue()


def lines(path, **options):
    return [line.rstrip() for line in shown(path, **options).splitlines()]


def test_the_writer_as_the_page_draws_it(writer_file):
    assert (
        lines(writer_file)
        == f"""\
Run 1 Writer  attempt=1  2 calls · 20 → 40 tokens · 4.0 s  {native("run", 1)}
├── Group Generate  1.0 s
│   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
├── Group Self-review  1.0 s
│   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
└── Outcome ● Below Threshold  score=3
    └── Act → retry  targetScore=8 actualScore=3
        └── Run 2 Writer ← follow-up  attempt=2  2 calls · 20 → 40 tokens · 4.0 s  {native("run", 2)}
            ├── Change ▲ better  score 3 → 6 · attempt 1 → 2
            ├── Group Generate  1.0 s
            │   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
            ├── Group Self-review  1.0 s
            │   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
            └── Outcome ● Below Threshold  score=6
                └── Act → retry  targetScore=8 actualScore=6
                    └── Run 3 Writer ← follow-up  attempt=3  2 calls · 20 → 40 tokens · 4.0 s  {native("run", 3)}
                        ├── Change ▲ better  score 6 → 9 · attempt 2 → 3
                        ├── Group Generate  1.0 s
                        │   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
                        ├── Group Self-review  1.0 s
                        │   └── Call gpt-4o  openai · 10 → 20 tokens · 500 ms
                        └── Outcome ✓ Completed  score=9
Chain {native("run", 1)}: 3 runs · 6 calls · 60 → 120 tokens · 24.0 s
""".splitlines()
    )


@pytest.mark.parametrize(
    ("classification", "sign", "colour"),
    [
        ("success", "✓", "1;32"),
        ("failure", "✗", "1;31"),
        ("neutral", "●", "1;34"),
        (None, "●", "1;33"),
        ("odd", "●", "1;33"),
    ],
)
def test_outcomes_are_coloured_by_classification(span_file, classification, sign, colour):
    span_file.run(1, "Writer", events=[outcome(1, "Done", classification=classification)])

    assert f"\x1b[{colour}m{sign} Done\x1b[0m" in shown(span_file.path, force_terminal=True, color_system="standard")


def test_failures_say_why_once(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed", classification="failure")], error="Failed")
    span_file.group(1, "Draft", RUN, RUN, error="ValueError")
    span_file.call(1, RUN, RUN, start=2, end=2.2, error="429", attributes={semconv.GEN_AI_USAGE_COST: 0.0123})
    span_file.run(2, "Broken", start=5, error="TypeError", opts={"a": 1})

    assert lines(span_file.path) == [
        f"Run Writer  1 call, 1 failed · 10 → 20 tokens · $0.012 · 1.0 s  {RUN}",
        "├── Group Draft  1.0 s  failed: ValueError",
        "├── Call gpt-4o  openai · 10 → 20 tokens · $0.012 · 200 ms  failed: 429",
        "└── Outcome ✗ Failed",
        f"Chain {RUN}: 1 run · 1 call, 1 failed · 10 → 20 tokens · $0.012 · 1.0 s",
        f"Run Broken  a=1  0.0 ms  failed: TypeError  {native('run', 2)}",
        f"Chain {native('run', 2)}: 1 run · 0.0 ms",
    ]


def test_what_changed_is_said_in_few_words(span_file):
    scored = {semconv.GEN_AI_EVALUATION_NAME: "quality", semconv.GEN_AI_EVALUATION_SCORE_VALUE: 3.0}
    name, attributes, at = outcome(1, "Thin")
    span_file.run(1, "Writer", events=[(name, attributes | scored, at), act(1, "retry", 1)])
    name, attributes, at = outcome(2, "Thin")
    worse = (name, attributes | scored | {semconv.GEN_AI_EVALUATION_SCORE_VALUE: 2.5}, at)
    many = {f"key{number}": number for number in range(9)}
    span_file.follow_up(2, "Editor", 1, 1, 2, 1, events=[worse, act(2, "retry", 2)], opts=many, start=2)
    span_file.follow_up(3, "Editor", 2, 2, 3, 1, opts=many, start=5)

    changed = [line.partition("Change ")[2] for line in lines(span_file.path) if "Change" in line]

    expected = "▼ worse  quality 3 → 2.5 · label Writer → Editor"
    opts = " · ".join(f"key{number} (none) → {number}" for number in range(4))
    assert changed == [f"{expected} · {opts} · …"]


def test_what_was_not_read_is_said(span_file):
    span_file.follow_up(2, "Writer", of_act=1, origin=1, position=2, first=1, opts='{"cut')
    run_id = native("run", 2)
    to_run = [link(ids.trace_id_of(run_id), ids.span_id_of(run_id))]
    span_file.carrier(outcome(4, "Slow", at=1.1), target_id=run_id, links=to_run)
    span_file.carrier(outcome(5, "Merged", at=86_401), target_id=run_id, links=to_run)

    assert lines(span_file.path) == [
        f"Run  not among these spans: still open, lost, or recorded elsewhere  {RUN}",
        "└── Outcome ● Failed  not among these spans",
        "    └── Act → retry  not among these spans",
        f'        └── Run 2 Writer ← follow-up  {{"cut (cut)  1.0 s  {run_id}',
        "            ├── Outcome ● Slow",
        "            └── Outcome ● Merged  24 h 0 min later",
        f"Chain {RUN}: 1 run · 1.0 s",
    ]


@pytest.mark.parametrize(("width", "trees"), [(80, 4), (400, 1)])
def test_a_long_chain_goes_on_at_the_margin(span_file, width, trees):
    for number in range(1, 13):
        events = [outcome(number, "Failed"), act(number, "retry", number)]
        if number == 1:
            span_file.run(number, "Writer", events=events)
        else:
            span_file.follow_up(number, "Writer", number - 1, number - 1, number, 1, events=events)

    found = lines(span_file.path, width=width)

    assert sum(line.startswith("Run ") for line in found) == trees
    assert sum(line.endswith("goes on below") for line in found) == trees - 1
    shown_runs = [word for line in found if "Writer" in line for word in [line.split("Run ")[1].split(" ")[0]]]
    assert shown_runs == [str(number) for number in range(1, 13)]
    assert max(map(len, found)) <= width


def test_markup_and_control_characters_are_shown_not_obeyed(span_file):
    span_file.run(
        1, "[red]not red[/red] [/]", opts={"[bold]": "\x1b[2J\nnext"},
        events=[outcome(1, "a\x1b]0;title\x07b\u202e"), act(1, "x" * 500, 1)],
    )  # fmt: skip

    text = shown(span_file.path, force_terminal=True)

    assert "[red]not red[/red] [/]" in text
    assert "\x1b[2J" not in text
    assert "\x1b]0;" not in text
    assert "\u202e" not in text
    assert "[bold]=\N{REPLACEMENT CHARACTER}[2J next" in text
    assert "x" * 79 + "…" in text
    assert "x" * 80 not in text


@pytest.mark.parametrize(
    ("opts", "words"),
    [
        (None, ""),
        ({}, ""),
        ({"a": 1, "b": True, "c": None, "d": "text", "e": 1.5}, "a=1 b=true c=null d=text e=1.5"),
        ({str(number): number for number in range(8)}, "0=0 1=1 2=2 3=3 4=4 5=5 …"),
        ({"nested": {"a": 1}, "list": [1, 2]}, "nested={1} list=[2]"),
        ({"long": "x" * 50}, f"long={'x' * 31}…"),
        ("just text", "just text"),
        ([1, 2, 3], "[3]"),
        (b"\x00", "b'\\x00'"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_opts_in_a_few_words(opts, words):
    assert opts_words(Opts(opts)) == words
    assert opts_words(Opts(opts)._replace(cut=True)) == f"{words} (cut)".strip()


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (0, "0.0 ms"), (1_500_000, "1.5 ms"), (850_000_000, "850 ms"), (1_500_000_000, "1.5 s"),
        (125 * 10**9, "2 min 5 s"), (12_000 * 10**9, "3 h 20 min"),
    ],
)  # fmt: skip
def test_durations(nanoseconds, words):
    assert duration(nanoseconds) == words


def test_numbers_and_money():
    assert [count(number) for number in (0, 1234, 1234.5, 7.0)] == ["0", "1,234", "1,234.5", "7"]
    assert [cost(dollars) for dollars in (0.000123, 0.5, 1234.5)] == ["$0.00012", "$0.5", "$1,234.50"]


def test_text_is_cut_where_the_line_ends():
    assert printable("x" * 80) == "x" * 80
    assert printable("x" * 81) == "x" * 79 + "…"
    assert printable(" " * 10_000 + "x") == "…"
    assert printable("a\tb\r\nc") == "a b c"

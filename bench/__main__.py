"""Run every measurement and print it beside what is to hold; ratios are medians, with first and third quartile."""

import json
import os
import statistics
import sys
from typing import Any

from bench import caller, delivery, foreign, imports, others, reading

ROUNDS = 15
CALLER_ROUNDS = 45
"""Many and short ones: what else the machine does comes and goes within a second."""

PROCESS_ROUNDS = 12
DEAD_ROUNDS = 2
READING_ROUNDS = 4
FOREIGN_ROUNDS = 4

OTHERS_HOLD = 1.14
"""Two microseconds more, where a span takes 14 as it did when that was asked for."""

Result = dict[str, Any]


def ratio(name: str, unit: str, hold: float, rounds: list[tuple[float, float]]) -> Result:
    """The ratio of one measurement, over rounds in which both sides were measured."""
    ratios = [ours / base for base, ours in rounds]
    first, median, third = statistics.quantiles(ratios, n=4)
    return {
        "what": name,
        "unit": unit,
        "baseline": round(statistics.median(base for base, _ in rounds), 1),
        "ours": round(statistics.median(ours for _, ours in rounds), 1),
        "ratio": round(median, 2),
        "spread": [round(first, 2), round(third, 2)],
        "hold": hold,
    }


def number(name: str, unit: str, value: float, hold: float | None = None) -> Result:
    """A measurement that is no ratio, and the most that it may be."""
    return {"what": name, "unit": unit, "ours": round(value, 1), "hold": hold}


def measure() -> list[Result]:
    """Every measurement."""
    spool = caller.measure_spool(CALLER_ROUNDS)
    dead, memory, exits = delivery.without_an_api(DEAD_ROUNDS)
    with reading.chain_file() as path:
        chain, chain_memory = reading.measure(path, READING_ROUNDS), reading.memory(path)
    parsing, reading_out = foreign.measure(FOREIGN_ROUNDS)
    spans = others.measure(CALLER_ROUNDS)
    return [
        ratio("caller's CPU per run, OTLP only", "us", 1.4, caller.measure(CALLER_ROUNDS, dual=False)),
        ratio("caller's CPU per run, dual export", "us", 1.5, caller.measure(CALLER_ROUNDS, dual=True)),
        ratio("process CPU per run, dual against single export", "us", 1.7, delivery.end_to_end(PROCESS_ROUNDS)),
        ratio("caller's CPU per run, dual export with a spool against without", "us", 1.3, spool),
        number("written ahead with a spool", "entities/s", delivery.entities_a_second(spool)),
        number("lost of a burst of 2,000 runs", "entities", delivery.lost_in_a_burst(), 0),
        number("lost of 5,000 runs while the API was down", "entities", delivery.lost_in_an_outage(), 0),
        ratio("caller's CPU per run, no API against a live one, 10,000 runs", "us", 1.1, dead),
        number("growth of the process, no API, 10,000 runs, where 64 MiB may wait", "MB", memory, 67.1),
        number("exit after 10,000 runs, no API", "s", exits, 5),
        ratio("caller's CPU for a span about no LLM, the processor against an empty one", "us", OTHERS_HOLD, spans),
        number("the same, what it adds", "us", others.added(spans), 2),
        ratio("100,000 spans of others translated, against parsing their OTLP", "ms", 1, parsing),
        ratio("100,000 spans of others translated, against parsing and reading their OTLP", "ms", 1, reading_out),
        ratio("import time", "ms", 1.5, imports.measure(ROUNDS)),
        ratio("a chain of 10,000 runs out of an OTLP file against json.loads on its lines", "ms", 3, chain),
        number("growth of a process that reads it, against the file", "x", chain_memory, 3),
    ]


def line(one: Result) -> str:
    """A measurement as a reader is shown it."""
    is_ratio = "ratio" in one
    hold = "" if one["hold"] is None else f"; to hold: {one['hold']}{'x' if is_ratio else ''}"
    if not is_ratio:
        return f"{one['what']}: {one['ours']} {one['unit']}{hold}"
    first, third = one["spread"]
    sides = f"{one['baseline']} against {one['ours']} {one['unit']}"
    return f"{one['what']}: {one['ratio']}x ({first}-{third}); {sides}{hold}"


def main() -> None:
    """Measure and print; ``--json`` for programs."""
    # The environment of the tests has the extra `cost`; the hand-written baseline computes no prices either.
    os.environ["WARPMETRICS_ESTIMATE_COST"] = "false"
    results = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps(results, indent=2))
    else:
        print(*map(line, results), sep="\n")


if __name__ == "__main__":
    main()

"""Run every measurement and print ratios: median, and the spread from the first to the third quartile."""

import json
import statistics
import sys

from bench import caller, imports

ROUNDS = 15


def summary(name: str, unit: str, hold: float, rounds: list[tuple[float, float]]) -> dict[str, object]:
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


def main() -> None:
    """Measure and print; ``--json`` for programs."""
    results = [
        summary("caller's CPU per run, OTLP only", "us", 1.4, caller.measure(ROUNDS)),
        summary("import time", "ms", 1.5, imports.measure(ROUNDS)),
    ]
    if "--json" in sys.argv[1:]:
        print(json.dumps(results, indent=2))
        return
    for one in results:
        first, third = one["spread"]  # type: ignore[misc]
        print(
            f"{one['what']}: {one['ratio']}x ({first}-{third}); by hand {one['baseline']} {one['unit']}, "
            f"ours {one['ours']} {one['unit']}; to hold: {one['hold']}x"
        )


if __name__ == "__main__":
    main()

"""The expected numbers, and equality that forgives a float its last bits."""

import json
import math
from pathlib import Path

_FILE = json.loads(Path(__file__).with_name("expected.json").read_text())
EXPECTED = _FILE["as recorded"]


def expected_with_merged():
    """The same numbers where the outcome Merged is declared a success: only what is told of it differs."""
    differs = _FILE["with Merged as a success"]
    return {
        "acts": [{**each, **differs["acts"].get(each["name"], {})} for each in EXPECTED["acts"]],
        "runs": [{**each, **differs["runs"].get(each["label"], {})} for each in EXPECTED["runs"]],
    }


def matches(found, expected):
    """Whether two JSON values are the same, floats to nine digits; keys and their number count."""
    match found, expected:
        case dict(), dict():
            return found.keys() == expected.keys() and all(matches(found[key], expected[key]) for key in expected)
        case list(), list():
            return len(found) == len(expected) and all(map(matches, found, expected))
        case ((int() | float()), (int() | float())):
            return math.isclose(found, expected, rel_tol=1e-9)
    return found == expected

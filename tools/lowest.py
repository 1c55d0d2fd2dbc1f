"""Prints every dependency of the package and of its extras at the lowest version that pyproject.toml allows.

One requirement a line, for ``pip install --requirement``. Names after ``--without`` are left out.
"""

import argparse
import re
import tomllib
from pathlib import Path

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*>=\s*(?P<floor>[^,;\s]+)")


def lowest(requirements: list[str]) -> dict[str, str]:
    """Return the lowest version of each requirement by name.

    Raises ValueError for a requirement without a lower bound, and for two that differ in it.
    """
    floors: dict[str, str] = {}
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None:
            raise ValueError(f"{requirement!r} has no lower bound: write NAME>=VERSION")
        name, floor = match["name"], match["floor"]
        if floors.setdefault(name, floor) != floor:
            raise ValueError(f"{name} is asked for from {floors[name]} and from {floor}: make them one")
    return floors


def main() -> None:
    """Print the requirements."""
    parser = argparse.ArgumentParser(description="Prints the dependencies at their lowest versions.")
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="leave these out")
    left_out = set(parser.parse_args().without)
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    floors = lowest(project["dependencies"] + [requirement for extra in extras for requirement in extra])
    unknown = left_out - floors.keys()
    if unknown:
        parser.error(f"not a dependency: {', '.join(sorted(unknown))}")
    for name, floor in sorted(floors.items()):
        if name not in left_out:
            print(f"{name}=={floor}")


if __name__ == "__main__":
    main()

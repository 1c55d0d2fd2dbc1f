"""Writes `docs/*.md` and the package's `semconv.py` from the registry, or with `--check` says which are out of date.

Run it as a script after every change to `model/`, `manifest.yaml`, `upstream.toml` or `templates/`.
It exits with 1 when `--check` finds a difference.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from registry import ROOT, Attribute, Registry

PACKAGE = ROOT.parent / "src" / "warpmetrics_otel"
TARGETS = {
    "attributes.md.j2": ROOT / "docs" / "attributes.md",
    "spans.md.j2": ROOT / "docs" / "spans.md",
    "events.md.j2": ROOT / "docs" / "events.md",
    "links.md.j2": ROOT / "docs" / "links.md",
    "metrics.md.j2": ROOT / "docs" / "metrics.md",
    "semconv.py.j2": PACKAGE / "semconv.py",
}


def rendered() -> dict[Path, str]:
    """The text of every generated file, by its path."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The output is Markdown and Python, in which HTML escapes would be wrong.
        autoescape=False,  # noqa: S701
    )
    environment.filters |= {
        "constant": constant,
        "event_constant": event_constant,
        "metric_constant": metric_constant,
        "level": lambda level: level.replace("_", " "),
        "cell": lambda text: str(text).replace("|", "\\|"),
        "type": type_name,
    }
    registry = Registry()
    return {path: environment.get_template(name).render(registry=registry) for name, path in TARGETS.items()}


def constant(name: str) -> str:
    """The Python name for an attribute, or for a value of one."""
    return name.replace(".", "_").upper()


def event_constant(name: str) -> str:
    """The Python name for an event: its own name without the namespace, which is ours or GenAI's."""
    return "EVENT_" + constant(name.removeprefix("warpmetrics.").removeprefix("gen_ai."))


def metric_constant(name: str) -> str:
    """The Python name for a metric: its own name without the namespace, which is ours or the SDK's."""
    return "METRIC_" + constant(name.removeprefix("warpmetrics.").removeprefix("otel.sdk."))


def type_name(attribute: Attribute) -> str:
    """An attribute's type as a reader of the tables needs it: members and templates are explained elsewhere."""
    return "string" if attribute.type == "enum" or attribute.is_template else attribute.type


def main() -> int:
    """Write the files, or compare them; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a file is out of date")
    check = parser.parse_args().check
    outdated = [
        (path, text) for path, text in rendered().items() if not path.exists() or path.read_text("utf-8") != text
    ]
    for path, text in outdated:
        name = path.relative_to(ROOT.parent)
        if check:
            sys.stderr.write(f"{name} is out of date: run python conventions/generate.py\n")
        else:
            path.write_text(text, "utf-8")
            sys.stdout.write(f"wrote {name}\n")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())

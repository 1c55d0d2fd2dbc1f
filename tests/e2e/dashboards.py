"""The Grafana dashboards of the examples as tests need them: each query as Grafana sends it, with its variables in."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.wheel import ROOT

FOLDER = ROOT / "examples" / "grafana"
_VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?")


@dataclass(frozen=True)
class Query:
    """One query of a panel; `text` still holds the dashboard's variables."""

    panel: str
    ref: str
    text: str
    target: dict[str, Any]

    def filled(self, **variables: str) -> str:
        """The text with these variables in; a variable that is not given fails the test."""
        return _VARIABLE.sub(lambda found: variables[found[1]], self.text)

    def __str__(self) -> str:
        return f"{self.panel} {self.ref}"


def dashboard(name: str) -> dict[str, Any]:
    """Return a dashboard's JSON."""
    return json.loads((FOLDER / "dashboards" / f"{name}.json").read_text())


def queries(name: str) -> list[Query]:
    """Return all queries of a dashboard's panels."""
    return [
        Query(panel["title"], target["refId"], target.get("expr") or target["query"], target)
        for panel in dashboard(name)["panels"]
        for target in panel["targets"]
    ]

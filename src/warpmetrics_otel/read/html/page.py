"""The pages: one file each, with style and pictures inside it, no script, and nothing to load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from warpmetrics_otel.read import words
from warpmetrics_otel.read.as_json import plain, time_of
from warpmetrics_otel.read.html.picture import CARD_HEIGHT, CARD_WIDTH
from warpmetrics_otel.read.html.view import chain_parts
from warpmetrics_otel.read.model import Act, Chain, Outcome
from warpmetrics_otel.read.statistics.acts import ActStatistics
from warpmetrics_otel.read.statistics.judge import Judge, verdict_of
from warpmetrics_otel.read.statistics.looks import LOOKS
from warpmetrics_otel.read.statistics.runs import RunStatistics
from warpmetrics_otel.read.statistics.scores import score_of
from warpmetrics_otel.read.values import Opts

if TYPE_CHECKING:
    from jinja2 import Environment

_MAX_TEXT = 2000
_NO_TIME = ""


def chains_page(chains: Sequence[Chain], judge: Judge, source: str, unattached: Sequence[Outcome | Act] = ()) -> str:
    """A page of chains, each as a picture, with what happened in every run and what changed.

    Args:
        chains: What to show; one or several.
        judge: Says which outcomes are successes and failures.
        source: Where they were read from, for the foot of the page.
        unattached: Outcomes and acts of which it is not known what they are about.
    """
    return _page("chains.html", source, chains=chain_parts(chains, judge), judge=judge, unattached=unattached)


def acts_page(statistics: Sequence[ActStatistics], source: str) -> str:
    """A page of statistics of acts."""
    return _page("acts.html", source, statistics=statistics)


def runs_page(statistics: Sequence[RunStatistics], source: str) -> str:
    """A page of statistics of runs."""
    return _page("runs.html", source, statistics=statistics)


def _page(template: str, source: str, **shown: Any) -> str:
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        _environment()
        .get_template(template)
        .render(source=source, made=made, card_width=CARD_WIDTH, card_height=CARD_HEIGHT, **shown)
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("warpmetrics_otel.read.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["looks"] = LOOKS
    environment.filters.update(
        line=words.printable,
        text=lambda value: words.printable(value, _MAX_TEXT),
        duration=words.duration,
        count=words.count,
        cost=words.cost,
        number=_number,
        percent=_percent,
        pairs=_pairs,
        moment=_moment,
        verdict=verdict_of,
        score=score_of,
    )
    return environment


def _number(value: float) -> str:
    return f"{value:,.4g}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"  # noqa: RUF001 -- a dash, as in any table


def _pairs(opts: Opts) -> list[tuple[str, str]]:
    """Opts as names and values, long ones cut; what is no object is a value without a name."""
    bag = opts.value if isinstance(opts.value, dict) else {} if opts.value is None else {"": opts.value}
    return [(words.printable(str(key)), _value(value)) for key, value in bag.items()]


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return words.printable(text, _MAX_TEXT)


def _moment(time_ns: int) -> str:
    """A time to the second, in UTC; empty where it is not known."""
    told = time_of(time_ns)
    return told[:19].replace("T", " ") if told else _NO_TIME

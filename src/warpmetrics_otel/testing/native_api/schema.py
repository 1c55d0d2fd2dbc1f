"""The six arrays of a batch and the fields of their rows, as the API describes them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from warpmetrics_otel.ids import ACT, CALL, GROUP, OUTCOME, RUN, kind_of
from warpmetrics_otel.testing.native_api import values
from warpmetrics_otel.testing.native_api.values import Fit, Judge
from warpmetrics_otel.testing.native_api.violation import Complaint, Rule


class _Field(NamedTuple):
    judge: Judge
    absent: Fit = Fit.WRONG


_OPTS = _Field(values.bag, Fit.ODD)
_LABEL = _Field(values.text, Fit.ODD)
_TIME = _Field(values.time)
_TEXT_OR_NULL = _Field(values.text_or_null, Fit.ODD)

ROWS: Mapping[str, Mapping[str, _Field]] = {
    "runs": {
        "id": _Field(values.an_id(RUN)),
        "label": _LABEL,
        "opts": _OPTS,
        "refId": _Field(values.null_or(values.an_id(ACT)), Fit.ODD),
        "startedAt": _TIME,
    },
    "groups": {"id": _Field(values.an_id(GROUP)), "label": _LABEL, "opts": _OPTS, "startedAt": _TIME},
    "calls": {
        "id": _Field(values.an_id(CALL)),
        "provider": _Field(values.text, Fit.ODD),
        "model": _TEXT_OR_NULL,
        "messages": _Field(values.anything, Fit.ODD),
        "response": _TEXT_OR_NULL,
        "tools": _Field(values.names, Fit.ODD),
        "toolCalls": _Field(values.tool_calls, Fit.RIGHT),
        "tokens": _Field(values.tokens, Fit.ODD),
        "duration": _Field(values.whole),
        "startedAt": _TIME,
        "endedAt": _TIME,
        "status": _Field(values.one_of("success", "error")),
        "error": _Field(values.text, Fit.RIGHT),
        "opts": _Field(values.bag, Fit.RIGHT),
        "cost": _Field(values.number, Fit.RIGHT),
    },
    "links": {
        "parentId": _Field(values.an_id(RUN, GROUP)),
        "childId": _Field(values.an_id(GROUP, CALL)),
        "type": _Field(values.one_of("group", "call")),
        "timestamp": _TIME,
    },
    "outcomes": {
        "id": _Field(values.an_id(OUTCOME)),
        "refId": _Field(values.an_id(RUN, GROUP, CALL)),
        "name": _LABEL,
        "opts": _OPTS,
        "timestamp": _TIME,
    },
    "acts": {
        "id": _Field(values.an_id(ACT)),
        "refId": _Field(values.an_id(OUTCOME)),
        "name": _LABEL,
        "opts": _OPTS,
        "timestamp": _TIME,
    },
}
KINDS = tuple(ROWS)
"""The names of the six arrays."""

_ONLY_OF_SUCCESS = ("response", "tools", "toolCalls", "tokens")
_RULES: Mapping[Fit, Rule] = {Fit.ODD: "odd", Fit.WRONG: "schema"}


def key_of(kind: str, row: Mapping[str, Any]) -> str:
    """What makes a row the same as another of its kind: its id; a link's two ends."""
    return f"{row['parentId']}>{row['childId']}" if kind == "links" else row["id"]


def complaints(batch: Mapping[str, Any]) -> Iterator[Complaint]:
    """What is not as the API describes it."""
    for kind in batch.keys() - ROWS.keys():
        yield Complaint("schema", f"no array is called {kind}")
    for kind in KINDS:
        rows = batch.get(kind)
        if not isinstance(rows, list):
            yield Complaint("schema", f"the array {kind} is missing")
            continue
        for number, row in enumerate(rows):
            for fit, text in _of_row(kind, row):
                yield Complaint(_RULES[fit], f"{kind}[{number}]{text}")


def _of_row(kind: str, row: Any) -> Iterator[tuple[Fit, str]]:
    if not isinstance(row, dict):
        yield Fit.WRONG, " is no object"
        return
    absent = dict.fromkeys(_ONLY_OF_SUCCESS, Fit.RIGHT) if row.get("status") == "error" else {}
    for name, field in ROWS[kind].items():
        if name not in row:
            if fit := absent.get(name, field.absent):
                yield fit, f".{name} is missing"
        elif fit := field.judge(row[name]):
            yield fit, f".{name} is {_shown(row[name])}"
    for name in row.keys() - ROWS[kind].keys():
        yield Fit.ODD, f" has an unknown field {name}"
    if kind == "links" and not _is_of_its_type(row):
        yield Fit.WRONG, f".type is {_shown(row.get('type'))} for the child {_shown(row.get('childId'))}"
    if _has_lone_surrogates(row):
        yield Fit.ODD, " has a lone surrogate"


def _is_of_its_type(link: Mapping[str, Any]) -> bool:
    child = link.get("childId")
    return isinstance(child, str) and kind_of(child) == {"group": GROUP, "call": CALL}.get(str(link.get("type")))


def _has_lone_surrogates(row: Mapping[str, Any]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _shown(value: Any) -> str:
    return json.dumps(value)[:80]

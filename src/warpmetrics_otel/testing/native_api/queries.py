"""What the API's reading routes answer, from what has arrived. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from warpmetrics_otel.testing.native_api.ledger import Ledger, Row


def answer(ledger: Ledger, path: str) -> Any:
    """The data for a path with its query.

    Raises:
        LookupError: there is no such route, or nothing with such an id.
        ValueError: the query makes no sense.
    """
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query))
    match [unquote(part) for part in parts.path.split("/")[1:]]:
        case ["v1", "runs", run_id]:
            return run_detail(ledger, run_id)
        case ["v1", "runs", run_id, "calls"]:
            return _calls_beneath(ledger, run_id)
        case ["v1", kind] if kind in _LISTS:
            rows = [row for row in ledger.rows(kind) if _LISTS[kind](ledger, row, query)]
            return rows[: int(query["limit"])] if "limit" in query else rows
    raise LookupError(f"no route {parts.path}")


def run_detail(ledger: Ledger, run_id: str) -> Row:
    """A run with its outcomes, their acts and what follows them up, and every group beneath it.

    Raises:
        LookupError: no run with this id has arrived.
    """
    found = ledger.find(run_id)
    if found is None or found[0] != "runs":
        raise LookupError(f"no run {run_id}")
    run = found[1]
    return {
        **{name: run.get(name) for name in ("id", "label", "opts")},
        "outcomes": [
            {**_named(outcome), "acts": [_act(ledger, act) for act in _about(ledger, "acts", outcome)]}
            for outcome in _about(ledger, "outcomes", run)
        ],
        "groups": [
            {
                "id": group["id"],
                "label": group.get("label"),
                "outcomes": [_named(outcome) for outcome in _about(ledger, "outcomes", group)],
            }
            for group in ledger.rows("groups")
            if run_id in _above(ledger, group["id"])
        ],
    }


def _calls_beneath(ledger: Ledger, run_id: str) -> list[Row]:
    run_detail(ledger, run_id)
    return [call for call in ledger.rows("calls") if run_id in _above(ledger, call["id"])]


def _act(ledger: Ledger, act: Row) -> Row:
    runs = [{"id": run["id"], "label": run.get("label")} for run in _about(ledger, "runs", act)]
    return {**_named(act), "opts": act.get("opts"), "followUpRuns": runs}


def _named(row: Row) -> Row:
    return {"id": row["id"], "name": row.get("name")}


def _about(ledger: Ledger, kind: str, row: Row) -> list[Row]:
    return [other for other in ledger.rows(kind) if other.get("refId") == row["id"]]


def _above(ledger: Ledger, child: str) -> Iterator[str]:
    seen = {child}
    while (above := ledger.parents.get(child)) is not None and above not in seen:
        yield above
        seen.add(above)
        child = above


def _is_wanted_run(_: Ledger, row: Row, query: Mapping[str, str]) -> bool:
    return query.get("label") in (None, row.get("label"))


def _is_wanted_act(ledger: Ledger, row: Row, query: Mapping[str, str]) -> bool:
    wanted = query.get("hasFollowUp")
    if wanted not in (None, "true", "false"):
        raise ValueError(f"hasFollowUp is true or false, not {wanted}")
    followed = "true" if _about(ledger, "runs", row) else "false"
    return query.get("name") in (None, row.get("name")) and wanted in (None, followed)


_LISTS: Mapping[str, Callable[[Ledger, Row, Mapping[str, str]], bool]] = {
    "runs": _is_wanted_run,
    "groups": lambda *_: True,
    "calls": lambda *_: True,
    "outcomes": lambda *_: True,
    "acts": _is_wanted_act,
}

"""Chains -> plain JSON values for programs.

The structure is stable: keys may be added, none is renamed, removed or left out. It is flat where data may be
deep: runs name the runs they follow by id, groups and calls name their parents, as on the native wire.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from warpmetrics_otel.read.model import Act, Call, Chain, Entity, Group, Outcome, Run
from warpmetrics_otel.read.statistics.as_json import spent_as_json
from warpmetrics_otel.read.statistics.changes import Change, changes
from warpmetrics_otel.read.statistics.judge import Judge
from warpmetrics_otel.read.totals import Totals, totals
from warpmetrics_otel.read.values import Opts

Json: TypeAlias = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 100


def as_json(chains: Iterable[Chain], unattached: Iterable[Outcome | Act] = (), judge: Judge | None = None) -> Json:
    """Chains as values that `json.dumps` takes, whatever was read.

    Every entity has `id`; times are ISO 8601 in UTC or null; `durationMs` is a number; `opts` is the value that
    was recorded, or what is left of it when `optsCut` is true. `missing` marks what was only named by something
    else.

    - `chains[]`: `id`, `totals`, and `runs[]`, a run before those that follow it up.
    - a run: `label`, `traceId`, `spanId`, `position`, `follows` (null, or `runId`, `outcomeId`, `outcomeName`,
      `actId`, `actName`), `verdict` (`success`, `failure`, `neutral` or null), `change`, `endReason`, `totals`,
      `groups[]`, `calls[]`, `outcomes[]`.
    - `change`: null, or how a run differs from the one that it follows up: `result` (`better`, `worse`, `same` or
      null), `opts[]` (`key`, `kind`, `before`, `after`), and `label`, `models`, `durationMs`, `tokens`, `cost`, each
      with `before` and `after`; `score` is null or has `metric` beside these two.
    - a group or call: `parentId`; a call also `provider`, `model`, `operation`, `tokens`, `cost`.
    - an outcome: `targetId`, `name`, `classification`, `at`, and `acts[]`, each with `name`, `at` and
      `followUpRunIds`.
    - `unattached[]`: outcomes and acts about something that was not read, each with `type`.
    """
    judge = judge or Judge()
    return {
        "chains": [_chain(chain, judge) for chain in chains],
        "unattached": [
            {"type": "outcome", **_outcome(each, None)} if isinstance(each, Outcome) else {"type": "act", **_act(each)}
            for each in unattached
        ],
    }


def _chain(chain: Chain, judge: Judge) -> Json:
    changed = changes(chain, judge)
    return {
        "id": chain.id,
        "totals": _totals(totals(chain.runs)),
        "runs": [_run(run, changed.get(run.id), judge) for run in chain.runs],
    }


def _run(run: Run, change: Change | None, judge: Judge) -> Json:
    follows = run.follows
    return {
        **_entity(run),
        "traceId": run.span.trace_id,
        "missing": run.missing,
        "position": run.number,
        "follows": follows
        and {
            "runId": follows.run_id,
            "outcomeId": follows.outcome_id,
            "outcomeName": follows.outcome_name,
            "actId": follows.act_id,
            "actName": follows.act_name,
        },
        "verdict": judge.of_run(run),
        "change": change and _change(change),
        "endReason": run.end_reason,
        "totals": _totals(totals([run])),
        "groups": [_child(group) for group in run.groups],
        "calls": [_call(call) for call in run.calls],
        "outcomes": [_outcome(outcome, entity) for entity in run.entities() for outcome in entity.outcomes],
    }


def _change(change: Change) -> Json:
    before, after = spent_as_json(change.before), spent_as_json(change.after)
    score = change.score
    return {
        "result": change.result,
        "opts": [
            {"key": opt.key, "kind": opt.kind, "before": plain(opt.before), "after": plain(opt.after)}
            for opt in change.opts
        ],
        "label": {"before": change.label[0], "after": change.label[1]},
        "models": {"before": change.models[0], "after": change.models[1]},
        "score": score and {"metric": score[0], "before": score[1], "after": score[2]},
        **{key: {"before": before[key], "after": after[key]} for key in before},
    }


def _child(entity: Group | Call) -> Json:
    return {**_entity(entity), "parentId": entity.parent and entity.parent.id}


def _call(call: Call) -> Json:
    return {
        **_child(call),
        "operation": call.operation,
        "provider": call.provider,
        "model": call.model,
        "tokens": {
            "input": call.input_tokens,
            "output": call.output_tokens,
            "cacheRead": call.cache_read_tokens,
            "cacheWrite": call.cache_write_tokens,
            "reasoning": call.reasoning_tokens,
        },
        "cost": call.cost,
    }


def _outcome(outcome: Outcome, target: Entity | None) -> Json:
    return {
        "id": outcome.id or None,
        "targetId": target and target.id,
        "name": outcome.name,
        "classification": outcome.classification,
        **_opts(outcome.opts),
        "at": time_of(outcome.time_ns),
        "missing": outcome.missing,
        "acts": [_act(act) for act in outcome.acts],
    }


def _act(act: Act) -> Json:
    return {
        "id": act.id or None,
        "name": act.name,
        **_opts(act.opts),
        "at": time_of(act.time_ns),
        "missing": act.missing,
        "followUpRunIds": [run.id for run in act.follow_ups],
    }


def _entity(entity: Entity) -> Json:
    return {
        "id": entity.id,
        "label": entity.label,
        "spanId": entity.span.span_id or None,
        **_opts(entity.opts),
        "startedAt": time_of(entity.span.start_ns),
        "endedAt": time_of(entity.span.end_ns),
        "durationMs": entity.duration_ns / 1e6,
        "failed": entity.failed,
        "error": entity.error,
    }


def _totals(of: Totals) -> Json:
    return {
        "runs": of.runs,
        "calls": of.calls,
        "failedCalls": of.failed_calls,
        "inputTokens": of.input_tokens,
        "outputTokens": of.output_tokens,
        "cost": of.cost,
        "durationMs": of.duration_ns / 1e6,
    }


def _opts(opts: Opts) -> Json:
    return {"opts": plain(opts.value), "optsCut": opts.cut}


def plain(value: Any, depth: int = 0) -> Any:
    """A value that is JSON by the letter: no NaN, no bytes, nothing deeper than 100 levels."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _MAX_DEPTH:
        if isinstance(value, dict):
            return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner, depth + 1) for inner in value]
    return "…" if isinstance(value, (dict, list)) else str(value)


def time_of(time_ns: int) -> str | None:
    """ISO 8601 with microseconds; null for the epoch itself, which is how "not known" reads, and beyond 9999."""
    if time_ns <= 0:
        return None
    try:
        return (_EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None

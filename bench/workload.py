"""The workload, and ours of its two sides: 1 run, 1 group, 3 calls, 1 outcome, 1 act; every fifth a follow-up."""

import warpmetrics_otel as wm

PROMPT = "Review this change and say what is wrong with it. " * 6
ANSWER = "The loop never ends when the list is empty, since. " * 6
USAGE = {"prompt": 120, "completion": 80, "total": 200}
OPTS = {"reason": "Tests failing", "failed": 3, "flaky": False}
FOLLOW_UP_EVERY = 5


def one_run(recorder: wm.Warpmetrics, act: wm.Act | None) -> wm.Act:
    """Record one run; with `act`, as its follow-up."""
    with recorder.run("Code review", follows=act) as run:
        with recorder.group(run, "Drafting") as group:
            for _ in range(3):
                recorder.record_call(
                    group,
                    provider="openai",
                    model="gpt-4o",
                    messages=[{"role": "user", "content": PROMPT}],
                    response=ANSWER,
                    tokens=USAGE,
                    duration_ms=200,
                )
        outcome = recorder.outcome(run, "Failed", OPTS)
        return recorder.act(outcome, "retry")


def entities(runs: int) -> dict[str, int]:
    """What so many runs are natively, by kind."""
    return {"runs": runs, "groups": runs, "calls": 3 * runs, "links": 4 * runs, "outcomes": runs, "acts": runs}

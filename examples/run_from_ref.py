"""A follow-up run where only a string is left of the act: from a database, a queue or a comment on a pull request.

The act comes first, then the label and the opts.
"""

import warpmetrics_otel as wm


def decide() -> str:
    with wm.run("Code review", {"attempt": 1}) as r:
        oc = wm.outcome(r, "Failed", {"reason": "Tests failing"})
        return wm.act(oc, "retry").ref


def retry(act_ref: str) -> None:
    with wm.run(act_ref, "Code review", {"attempt": 2}) as r:
        wm.outcome(r, "Completed")
        print(r.id)


if __name__ == "__main__":
    retry(decide())
    wm.flush()

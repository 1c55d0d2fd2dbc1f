"""A follow-up run: linked to the act that caused it, which answers an outcome of the run before."""

from local_model import local_model
from openai import OpenAI

import warpmetrics_otel as wm


def main() -> None:
    client = wm.warp(OpenAI())

    def review(run: wm.Run, code: str) -> None:
        wm.call(run, client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": code}]))

    # First attempt.
    r1 = wm.run("Code review")
    review(r1, "Review this change: def add(a, b): return a - b")
    oc = wm.outcome(r1, "Failed", {"reason": "Tests failing"})

    # Decide to retry.
    a = wm.act(oc, "retry")

    # Second attempt, linked to the act.
    r2 = wm.run(a, "Code review")
    review(r2, "Review this change: def add(a, b): return a + b")
    wm.outcome(r2, "Completed")

    wm.flush()
    print(r1.id)


if __name__ == "__main__":
    with local_model("It subtracts.", "It adds."):
        main()

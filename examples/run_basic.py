"""A run: one execution of an agent, with the call it makes and what came of it."""

from local_model import local_model
from openai import OpenAI

import warpmetrics_otel as wm


def main() -> None:
    client = wm.warp(OpenAI())

    # Start a run.
    r = wm.run("Summarizer")

    # Make an LLM call.
    res = client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Summarize this article..."}],
    )

    # Link the call to the run.
    wm.call(r, res)

    # Record the outcome.
    wm.outcome(r, "Completed")

    wm.flush()
    print(r.id)


if __name__ == "__main__":
    with local_model("Bees tell each other by a dance where the flowers are."):
        main()

"""Acts: what is done about an outcome. Here the prompt is refined, and the second attempt hangs on that act."""

from local_model import local_model
from openai import OpenAI

import warpmetrics_otel as wm


def main() -> None:
    client = wm.warp(OpenAI())

    # First attempt.
    r1 = wm.run("Content generator")
    draft = wm.group(r1, "Drafting")
    wm.call(
        draft,
        client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Write about honey."}],
        ),
    )

    # Evaluate the result.
    oc = wm.outcome(r1, "Low Quality", {"reason": "Too generic, needs more specific examples"})

    # Decide to retry with a different approach.
    a = wm.act(oc, "Refine Prompt", {"change": "Added domain-specific examples to prompt"})

    # Second attempt, linked to the act.
    r2 = wm.run(a, "Content generator")
    draft2 = wm.group(r2, "Drafting")
    wm.call(
        draft2,
        client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Write about honey, with examples such as heather and lime honey."}],
        ),
    )

    wm.outcome(r2, "Completed", {"quality": "good"})

    wm.flush()
    print(r1.id)


if __name__ == "__main__":
    with local_model("Honey is sweet.", "Heather honey sets like jelly; lime honey smells of mint."):
        main()

"""Common names of acts. A name says what kind of thing is done, opts say what changes this time."""

import warpmetrics_otel as wm

ACTS = {
    "Retry": {"after": "rate limit"},
    "Refine Prompt": {"change": "asked for sources"},
    "Switch Model": {"from": "gpt-4o", "to": "claude-sonnet-4-5"},
    "Decompose": {"into": ["outline", "chapters", "summary"]},
    "Escalate": {"to": "support team"},
    "Add Context": {"added": ["README.md", "CHANGELOG.md"]},
    "Fix and Retry": {"fixed": "import of a module that was renamed"},
}


def main() -> None:
    for name, change in ACTS.items():
        with wm.run("Code review") as r:
            oc = wm.outcome(r, "Failed")
            a = wm.act(oc, name, change)
        with wm.run("Code review", follows=a) as r:
            wm.outcome(r, "Completed")

    wm.flush()


if __name__ == "__main__":
    main()

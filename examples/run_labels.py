"""Labels: what kind of work a run is. Runs with the same label are compared with each other."""

import warpmetrics_otel as wm


def main() -> None:
    # Good: the label says what kind of work it is.
    wm.run("Code review")
    wm.run("Support ticket")
    wm.run("Content generation")

    # Bad: the label says which piece of work it is, so no two runs share one.
    wm.run("Code review PR #42")
    wm.run("Support ticket for John")

    # That is what opts are for.
    wm.run("Code review", {"pr": 42})
    wm.run("Support ticket", {"customer": "John"})

    wm.flush()


if __name__ == "__main__":
    main()

"""Opts: what is special about this one run, stored with it for filtering and for finding it again."""

import warpmetrics_otel as wm


def main() -> None:
    r = wm.run(
        "Code review",
        {
            "name": "Review PR #42",
            "pr": 42,
            "repo": "acme/api",
            "author": "alice",
            "link": "https://github.com/acme/api/pull/42",
        },
    )

    wm.flush(end_open=True)
    print(r.id)


if __name__ == "__main__":
    main()

"""The command `warpmetrics-otel`: the door to it, which needs nothing but the core of the package.

The commands themselves need the extra `[cli]` and live in `commands`.
"""

from __future__ import annotations

import sys

_NEEDED = frozenset({"jinja2", "rich", "typer"})
_NOT_INSTALLED = """\
warpmetrics-otel: the command needs the package {package!r}, which is not installed. Install it with:

    pip install 'warpmetrics-otel[cli]'
"""


def main() -> None:
    """Run the command line and exit: 0 when it found what was asked for, 1 when not, 2 when it could not look."""
    try:
        from warpmetrics_otel.commands import app

        app()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _NEEDED:
            raise
        sys.stderr.write(_NOT_INSTALLED.format(package=package))
        sys.exit(2)


if __name__ == "__main__":
    main()

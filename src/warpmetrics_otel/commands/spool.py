"""`warpmetrics-otel spool`: what waits on disk for the native API, and what the API refused for good.

Exit codes: 0 done, 1 there is no such entity or destination, 2 could not look or write.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warpmetrics_otel.commands.speech import COULD_NOT_LOOK, NOTHING_FOUND, encodable, fail
from warpmetrics_otel.deliver.refused import about
from warpmetrics_otel.read.words import printable

if TYPE_CHECKING:
    from warpmetrics_otel.deliver.spool import Refused
    from warpmetrics_otel.deliver.spool.inventory import Stock

spool = typer.Typer(
    name="spool", help="What waits on disk for the native API, and what it refused for good.", no_args_is_help=True
)

SpoolDir = Annotated[
    Path | None,
    typer.Option(
        "--spool-dir", metavar="FOLDER", envvar="WARPMETRICS_SPOOL_DIR", help="The spool.", show_default=False
    ),
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]…", help="Entities in quarantine, by the ids that `list` shows.", show_default=False),
]
All = Annotated[bool, typer.Option("--all", help="Everything in quarantine.")]
MaxBytes = Annotated[
    int,
    typer.Option(envvar="WARPMETRICS_SPOOL_MAX_BYTES", help="The most bytes that the spool may take.", min=1),
]
_MOST_BYTES = 512 * 1024 * 1024


@spool.command("list")
def list_(
    spool_dir: SpoolDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List how much waits, and each entity in quarantine."""
    stocks = _stocks(spool_dir)
    encodable(sys.stdout)
    if as_json:
        typer.echo(json.dumps([_as_json(stock) for stock in stocks], indent=2))
        return
    for stock in stocks:
        typer.echo("\n".join(_lines(stock)))
    if not stocks:
        typer.echo("Nothing waits.")


@spool.command()
def retry(
    ids: Ids = None, everything: All = False, spool_dir: SpoolDir = None, max_bytes: MaxBytes = _MOST_BYTES
) -> None:
    """Let entities in quarantine wait for delivery again: the program that uses the spool sends them."""
    from warpmetrics_otel.deliver.spool.inventory import retry as retry_in

    chosen = _chosen(_stocks(spool_dir), ids, everything)
    done = 0
    for stock, refused in chosen:
        with _explained():
            done += retry_in(stock, refused, max_bytes)
    if done < sum(len(refused) for _, refused in chosen):
        fail(COULD_NOT_LOOK, f"The spool takes no more: {done} entities wait again, the others stay in quarantine.")
    typer.echo(f"{done} entities wait for delivery again.")


@spool.command()
def drop(ids: Ids = None, everything: All = False, spool_dir: SpoolDir = None) -> None:
    """Remove entities from quarantine for good."""
    from warpmetrics_otel.deliver.spool import Quarantine

    done = 0
    for stock, refused in _chosen(_stocks(spool_dir), ids, everything):
        with _explained():
            for each in refused:
                Quarantine(stock.disk.folder("quarantine")).drop(each.id)
                done += 1
    typer.echo(f"{done} entities are dropped.")


@spool.command()
def move(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The folder of a destination, as `list` shows it.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The folder of another.")],
    spool_dir: SpoolDir = None,
) -> None:
    """Send what waits for one destination to another, such as after the key of an account was changed.

    Both have to be of the same account. What a running program is about to send stays where it is.
    """
    from warpmetrics_otel.deliver.spool.destination import move as move_to

    disks = {stock.disk.directory.name: stock.disk for stock in _stocks(spool_dir)}
    for folder in (source, target):
        if folder not in disks:
            fail(NOTHING_FOUND, f"There is no destination {folder}. The destinations are {', '.join(disks) or 'none'}.")
    with _explained():
        moved = move_to(disks[source], disks[target])
    typer.echo(f"{moved} files were moved from {source} to {target}.")


def _stocks(spool_dir: Path | None) -> list[Stock]:
    if spool_dir is None:
        fail(COULD_NOT_LOOK, "Which spool? Give --spool-dir FOLDER, or set WARPMETRICS_SPOOL_DIR.")
    if not spool_dir.is_dir():
        fail(COULD_NOT_LOOK, f"There is no folder {spool_dir}.")
    with _explained():
        from warpmetrics_otel.deliver.spool.inventory import inventory

        return inventory(spool_dir)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        fail(COULD_NOT_LOOK, str(error))
    except OSError as error:
        fail(COULD_NOT_LOOK, f"{error.filename or 'The spool'}: {error.strerror}.")


def _chosen(stocks: list[Stock], ids: list[str] | None, everything: bool) -> list[tuple[Stock, list[Refused]]]:
    if bool(ids) == everything:
        fail(COULD_NOT_LOOK, "Which entities? Give their ids, as `warpmetrics-otel spool list` shows them, or --all.")
    wanted = set(ids or ())
    known = {each.id for stock in stocks for each in stock.refused}
    if wanted - known:
        fail(NOTHING_FOUND, f"In quarantine there is no {', '.join(sorted(wanted - known))}.")
    return [(stock, [each for each in stock.refused if everything or each.id in wanted]) for stock in stocks]


def _lines(stock: Stock) -> Iterator[str]:
    of = stock.destination
    whose = f"project {of.project_id}" if of.project_id else f"key {of.key}"
    where = printable(f"{of.url}, {whose}", 400)
    yield f"{stock.disk.directory.name}  {where}: {stock.waiting} wait, {len(stock.refused)} refused"
    for each in stock.refused:
        subject = about(each.payload)
        words = (each.id, _time(each.refused_at), each.reason, subject.kind, subject.entity)
        yield f"  {'  '.join(map(printable, words))}"


def _as_json(stock: Stock) -> dict[str, object]:
    from warpmetrics_otel.doctor.spool import shown

    return {**shown(stock), "refused": [_refused_as_json(each) for each in stock.refused]}


def _refused_as_json(refused: Refused) -> dict[str, object]:
    subject = about(refused.payload)
    return {
        "id": refused.id,
        "reason": refused.reason,
        "refused_at": _time(refused.refused_at),
        "kind": subject.kind,
        "entity": subject.entity,
        "bytes": len(refused.payload),
    }


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")

"""Files of OTLP spans as a source: everything in them is read, whatever is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from os import PathLike, fspath
from pathlib import Path

from warpmetrics_otel.read.otlp_file import Malformed, read_spans
from warpmetrics_otel.read.source import Selection, SourceError
from warpmetrics_otel.read.spans import Span

_MOST_TOLD = 5


class Files:
    """A source that reads files.

    Args:
        paths: the files, read one after the other.
    """

    def __init__(self, paths: Sequence[str | PathLike[str]]) -> None:
        self._paths = [fspath(path) for path in paths]
        self._skipped = 0
        self._sizes = [_size(path) for path in self._paths]
        self._read = 0
        self.name = ", ".join(self._paths)
        self.incomplete: list[str] = []

    @property
    def done(self) -> float | None:
        """See `Source`."""
        size = sum(self._sizes)
        return min(1.0, self._read / size) if size else None

    def everything(self, selection: Selection) -> Iterator[Span]:
        """See `Source`."""
        try:
            for number, path in enumerate(self._paths):
                before = sum(self._sizes[:number])
                yield from read_spans(path, on_malformed=self._skip, on_read=partial(self._count, before))
        except FileNotFoundError as error:
            raise SourceError(f"There is no file {error.filename}.") from error
        except OSError as error:
            raise SourceError(f"Cannot read {error.filename}: {error.strerror}.") from error

    def chain_of(self, wanted: str, selection: Selection) -> Iterator[Span]:
        """See `Source`."""
        return self.everything(selection)

    def _count(self, before: int, read: int) -> None:
        self._read = before + read

    def _skip(self, malformed: Malformed) -> None:
        self._skipped += 1
        if self._skipped <= _MOST_TOLD:
            self.incomplete.append(f"Skipped {malformed}")
        elif self._skipped == _MOST_TOLD + 1:
            self.incomplete.append("Skipped more that cannot be read.")


def _size(path: str) -> int:
    # One that cannot be looked at is told of when it is read.
    return Path(path).stat().st_size if Path(path).is_file() else 0

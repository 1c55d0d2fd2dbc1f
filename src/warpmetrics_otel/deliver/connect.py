"""The pipelines of this process: one for each destination, whoever asks for it."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import threading
from collections.abc import Sequence

from warpmetrics_otel import fork
from warpmetrics_otel.deliver.backlog import Backlog, MemoryBacklog
from warpmetrics_otel.deliver.pipeline import Pipeline
from warpmetrics_otel.deliver.transport import Key, Transport
from warpmetrics_otel.entities import Counts, Entity

logger = logging.getLogger("warpmetrics_otel")

DEFAULT_URL = "https://api.warpmetrics.com"

_Destination = tuple[str, object, str | None]


class _Registry:
    def __init__(self) -> None:
        self.start_afresh()
        fork.after_fork(self.start_afresh_lock)

    def start_afresh(self) -> None:
        self.lock = threading.Lock()
        self.pipelines: dict[_Destination, Pipeline] = {}
        self.users: dict[_Destination, int] = {}
        self.said_content = False

    def start_afresh_lock(self) -> None:
        self.lock = threading.Lock()


_registry = _Registry()


class Connection:
    """One user's hold on a pipeline: the last one to let go stops it."""

    def __init__(self, destination: _Destination, pipeline: Pipeline) -> None:
        self._destination = destination
        self._pipeline = pipeline
        self._open = True

    def take(self, entities: Sequence[Entity]) -> None:
        """Accept entities."""
        self._pipeline.take(entities)

    def flush(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds."""
        return self._pipeline.flush(seconds)

    def shutdown(self, seconds: float) -> Counts:
        """Send what waits, and stop unless others still use the pipeline."""
        if not self._open:
            return self._pipeline.counts()
        self._open = False
        with _registry.lock:
            _registry.users[self._destination] -= 1
            last = not _registry.users[self._destination]
            if last:
                _registry.pipelines.pop(self._destination, None)
        return self._pipeline.shutdown(seconds) if last else self._pipeline.flush(seconds)


def connect(
    *,
    api_key: Key,
    api_url: str = DEFAULT_URL,
    project_id: str | None = None,
    spool_dir: str | os.PathLike[str] | None = None,
    spool_max_bytes: int = 512 * 1024 * 1024,
    max_pending: int = 100_000,
    max_pending_bytes: int = 64 * 1024 * 1024,
    says_content: bool = True,
) -> Connection:
    """The pipeline to a destination; the first to ask decides its other options.

    Args:
        api_key: the key, or a function that gives the current one.
        api_url: the API's address.
        project_id: for keys of an organisation.
        spool_dir: a folder for a spool; None keeps what waits in memory.
        spool_max_bytes: the most the spool takes.
        max_pending: the most entities in memory.
        max_pending_bytes: the most bytes in memory, estimated.
        says_content: whether content will go there, which is said once.
    """
    destination = (api_url.rstrip("/"), api_key, project_id)
    with _registry.lock:
        pipeline = _registry.pipelines.get(destination)
        if pipeline is None:
            version = importlib.metadata.version("warpmetrics-otel")
            transport = Transport(api_url, api_key, project_id, version)
            backlog: Backlog = MemoryBacklog(max_pending, max_pending_bytes)
            if spool_dir is not None:
                from warpmetrics_otel.deliver.spool_backlog import SpoolBacklog

                backlog = SpoolBacklog.open(spool_dir, api_url, project_id, spool_max_bytes)
            pipeline = _registry.pipelines[destination] = Pipeline(transport, backlog)
            if says_content and not _registry.said_content:
                _registry.said_content = True
                logger.info(
                    "messages and responses of LLM calls go to %s; configure(native_content=False) stops that", api_url
                )
        _registry.users[destination] = _registry.users.get(destination, 0) + 1
    return Connection(destination, pipeline)

"""The pipelines of this process: one for each destination, whoever asks for it."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import threading
from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry.environment_variables import OTEL_PYTHON_METER_PROVIDER

from warpmetrics_otel import fork
from warpmetrics_otel.deliver.backlog import Backlog, MemoryBacklog
from warpmetrics_otel.deliver.cost import priced, prices
from warpmetrics_otel.deliver.metrics import PipelineMetrics
from warpmetrics_otel.deliver.patience import Patience
from warpmetrics_otel.deliver.pipeline import Pipeline
from warpmetrics_otel.deliver.rows import unchanged
from warpmetrics_otel.deliver.transport import Transport, prepare
from warpmetrics_otel.entities import Counts, Entity
from warpmetrics_otel.options import DeliverySettings
from warpmetrics_otel.translate.classification import classifier

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider

logger = logging.getLogger("warpmetrics_otel")

_Destination = tuple[str, object, str | None]


class _Registry:
    def __init__(self) -> None:
        self.start_afresh()
        fork.after_fork(self.start_afresh_lock)

    def start_afresh(self) -> None:
        self.lock = threading.Lock()
        self.pipelines: dict[_Destination, Pipeline] = {}
        self.users: dict[_Destination, int] = {}
        self.patience: dict[_Destination, Patience] = {}
        self.options: dict[_Destination, dict[str, object]] = {}
        self.metrics: dict[_Destination, PipelineMetrics] = {}
        self.said_content = False

    def start_afresh_lock(self) -> None:
        self.lock = threading.Lock()


_registry = _Registry()


class Connection:
    """One user's hold on a pipeline: the last one to let go stops it."""

    def __init__(self, destination: _Destination, pipeline: Pipeline, patience: Patience) -> None:
        self._destination = destination
        self._pipeline = pipeline
        self.take_later = self.take_mark = pipeline.take_later
        """Accept entities in the making (`entities.Tap`); the pipeline's own, since the agent waits for it."""
        self._patience = patience
        self._open = True

    @property
    def destination(self) -> Hashable:
        """Where it leads: address, key and project."""
        return self._destination

    def knows(self, key: str) -> bool:
        """Whether an entity was taken already, by whichever way."""
        return self._pipeline.knows(key)

    def take(self, entities: Iterable[Entity]) -> None:
        """Accept entities, parents no later than their children."""
        self._pipeline.take(entities)

    def flush(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds."""
        return self._pipeline.flush(seconds)

    def shutdown(self, seconds: float) -> Counts:
        """Send what waits, and stop unless others still use the pipeline.

        Args:
            seconds: the most to wait, together with others that have stopped just before.
        """
        if not self._open:
            return self._pipeline.counts()
        self._open = False
        with _registry.lock:
            _registry.users[self._destination] -= 1
            last = not _registry.users[self._destination]
            if last:
                _registry.pipelines.pop(self._destination, None)
                _registry.patience.pop(self._destination, None)
                _registry.options.pop(self._destination, None)
                _registry.metrics.pop(self._destination, None)
        seconds, since = self._patience.left(seconds), self._patience.now()
        counts = self._pipeline.shutdown(seconds) if last else self._pipeline.flush(seconds)
        self._patience.spend(since)
        return counts


def connect(
    settings: DeliverySettings,
    *,
    classifications: Mapping[str, str] | None = None,
    meter_provider: MeterProvider | None = None,
) -> Connection | None:
    """The pipeline to a destination; the first to ask decides its other options, and later ones are told so.

    Args:
        settings: where to, and what of it.
        classifications: of outcome names, beside the built-in ones, for metrics.
        meter_provider: where metrics go; None for the global one.

    Returns:
        None without a key.
    """
    api_key, project_id = settings.api_key, settings.project_id
    if api_key is None:
        return None
    destination = (settings.api_url.rstrip("/"), api_key, project_id)
    spool_dir = None if settings.spool_dir is None else Path(settings.spool_dir)
    options: dict[str, object] = {
        "spool_dir": spool_dir,
        "spool_max_bytes": settings.spool_max_bytes,
        "max_pending": settings.max_pending,
        "max_pending_bytes": settings.max_pending_bytes,
        "meter_provider": meter_provider,
    }
    with _registry.lock:
        pipeline = _registry.pipelines.get(destination)
        is_new = pipeline is None
        if pipeline is None:
            version = importlib.metadata.version("warpmetrics-otel")
            prepare()
            transport = Transport(settings.api_url, api_key, project_id, version)
            memory = MemoryBacklog(settings.max_pending, settings.max_pending_bytes)
            backlog: Backlog = memory
            if spool_dir is not None:
                backlog = _spooled(memory, spool_dir, transport, project_id, settings.spool_max_bytes)
            # Imported before there is a thread: a child that is forked in the middle of an import never gets it.
            cost_of = prices() if settings.estimate_cost else None
            metrics = PipelineMetrics(transport.url, meter_provider, cost_of=cost_of)
            dressed = unchanged if cost_of is None else partial(priced, cost_of)
            pipeline = Pipeline(transport, backlog, metrics=metrics, dressed=dressed)
            _registry.metrics[destination], _registry.pipelines[destination] = metrics, pipeline
            if settings.native_content and not _registry.said_content:
                _registry.said_content = True
                logger.info(
                    "messages and responses of LLM calls go to %s; configure(native_content=False) stops that",
                    transport.url,
                )
            _registry.options[destination] = options
        else:
            _say_ignored(pipeline.transport.url, options, _registry.options[destination])
        if classifications:
            _registry.metrics[destination].classify(classifier(classifications))
        _registry.users[destination] = _registry.users.get(destination, 0) + 1
        patience = _registry.patience.setdefault(destination, Patience())
    if is_new and (meter_provider is not None or OTEL_PYTHON_METER_PROVIDER not in os.environ):
        # Whoever asks for the global provider where it is named has it made, before whoever sets up the SDK can.
        pipeline.begin()
    return Connection(destination, pipeline, patience)


def _spooled(
    memory: MemoryBacklog, spool_dir: Path, transport: Transport, project_id: str | None, most_bytes: int
) -> Backlog:
    """What waits in a spool; in memory alone, which is said, where there can be no spool."""
    from warpmetrics_otel.deliver.spool import Spool
    from warpmetrics_otel.deliver.spool.destination import destination, open_directory
    from warpmetrics_otel.deliver.spool_backlog import SpoolBacklog

    try:
        key = "" if project_id else transport.key()
    except Exception as error:  # noqa: BLE001 -- the user's key function may raise anything
        _say_no_spool(spool_dir, f"api_key() raised {type(error).__name__}")
        return memory
    try:
        disk = open_directory(spool_dir, destination(transport.url, project_id, key))
    except OSError as error:
        _say_no_spool(spool_dir, str(error))
        return memory
    return SpoolBacklog(Spool(disk, max_bytes=most_bytes), memory)


def _say_ignored(url: str, options: Mapping[str, object], in_force: Mapping[str, object]) -> None:
    # None asks for nothing, as an exporter does that knows no meter provider.
    ignored = [name for name, value in options.items() if value is not None and value != in_force[name]]
    if ignored:
        logger.warning(
            "something in this process delivers to %s already, so %s is ignored; say it in the environment, or where "
            "the first of them is made",
            url,
            ", ".join(ignored),
        )


def _say_no_spool(spool_dir: Path, why: str) -> None:
    logger.error("there is no spool in %s (%s): what waits is in memory, and lost with the process", spool_dir, why)

"""Metrics through the user's MeterProvider: of pipelines as exporters, and of what agents did.

Most instruments are observed: nothing is computed until somebody collects, and what happened before the
provider was set is not missing.
"""

from __future__ import annotations

import importlib.metadata
import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from warpmetrics_otel import fork, semconv
from warpmetrics_otel.deliver.cost import Price
from warpmetrics_otel.deliver.tally import METRICS, Tally
from warpmetrics_otel.translate.classification import BUILT_IN

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Histogram, MeterProvider, Observation

    from warpmetrics_otel.entities import Counts, Fact

logger = logging.getLogger("warpmetrics_otel")

COMPONENT_TYPE = "warpmetrics_exporter"
_SCOPE = "warpmetrics_otel"
_PORTS = {"http": 80, "https": 443}
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_numbers = itertools.count()


class Metrics:
    """What one MeterProvider is told, of every pipeline that has it.

    Args:
        provider: the provider; None for the global one, whenever it is set.
    """

    def __init__(self, provider: MeterProvider | None) -> None:
        self._provider = provider
        self._duration: Histogram | None = None
        self._failed = False
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        # In a forked child too: what was counted is the parent's to tell, but the instruments are there already.
        self._lock = threading.Lock()
        self.tally = Tally()
        self.exporters: dict[str, tuple[dict[str, Any], Callable[[], Counts]]] = {}
        """By component name: its attributes, and what became of the entities it took."""

    def start(self) -> None:
        """Make the instruments, unless they are made. Never raises: delivery goes on without them."""
        with self._lock:
            if self._duration is None and not self._failed:
                try:
                    self._duration = self._made()
                except Exception:
                    self._failed = True
                    logger.exception("there are no metrics: the meter provider raised")

    def took_time(self, seconds: float, attributes: dict[str, Any]) -> None:
        """An operation is over."""
        if self._duration is not None:
            self._duration.record(seconds, attributes)

    def _made(self) -> Histogram:
        from opentelemetry.metrics import get_meter

        version = importlib.metadata.version("warpmetrics-otel")
        meter = get_meter(_SCOPE, version, self._provider, semconv.SCHEMA_URL)
        for metric in METRICS:
            meter.create_observable_counter(metric.name, [partial(self._observe, metric)], metric.unit, metric.brief)
        name, unit, brief = semconv.METRIC_EXPORTER_SPAN_EXPORTED
        meter.create_observable_counter(name, [self._observe_exported], unit, brief)
        name, unit, brief = semconv.METRIC_EXPORTER_SPAN_INFLIGHT
        meter.create_observable_up_down_counter(name, [self._observe_inflight], unit, brief)
        name, unit, brief = semconv.METRIC_EXPORTER_OPERATION_DURATION
        return meter.create_histogram(name, unit, brief, explicit_bucket_boundaries_advisory=_SECONDS)

    def _observe(self, metric: semconv.Metric, options: CallbackOptions) -> Iterable[Observation]:
        from opentelemetry.metrics import Observation

        # A pipeline that is asked for its counts takes in what it had left for later.
        for _, counts_of in list(self.exporters.values()):
            counts_of()
        return [Observation(total, dict(pairs)) for pairs, total in self.tally.series(metric)]

    def _observe_exported(self, options: CallbackOptions) -> Iterable[Observation]:
        from opentelemetry.metrics import Observation

        for attributes, counts_of in list(self.exporters.values()):
            counts = counts_of()
            yield Observation(counts.delivered, attributes)
            for reason, number in counts.dropped.items():
                yield Observation(number, {**attributes, semconv.ERROR_TYPE: reason})

    def _observe_inflight(self, options: CallbackOptions) -> Iterable[Observation]:
        from opentelemetry.metrics import Observation

        for attributes, counts_of in list(self.exporters.values()):
            counts = counts_of()
            yield Observation(counts.pending + counts.spooled, attributes)


class PipelineMetrics:
    """One pipeline's part in the metrics of a provider.

    Args:
        url: the address it sends to.
        provider: the user's MeterProvider; None for the global one.
        classes: lower-case outcome names to their classification.
        cost_of: tells what calls cost that do not say so.
    """

    def __init__(
        self,
        url: str,
        provider: MeterProvider | None = None,
        classes: Mapping[str, str] = BUILT_IN,
        cost_of: Price | None = None,
    ) -> None:
        self._metrics = metrics_of(provider)
        self._classes = classes
        self._cost_of = cost_of
        self._component = f"{COMPONENT_TYPE}/{next(_numbers)}"
        self._attributes = {
            semconv.OTEL_COMPONENT_TYPE: COMPONENT_TYPE,
            semconv.OTEL_COMPONENT_NAME: self._component,
            **_server(url),
        }

    def classify(self, classes: Mapping[str, str]) -> None:
        """Classify outcomes of these lower-case names so from now on, others as before."""
        self._classes = {**self._classes, **classes}

    def took(self, facts: Iterable[Fact]) -> None:
        """Entities were accepted, maybe on the caller's thread: they are counted later."""
        self._metrics.tally.note(facts, self._classes, self._cost_of)

    def start(self, counts_of: Callable[[], Counts]) -> None:
        """Make the instruments, unless they are made.

        Args:
            counts_of: says what became of the entities taken so far.
        """
        self._metrics.exporters[self._component] = (self._attributes, counts_of)
        self._metrics.start()

    def worked(self) -> None:
        """Count what was taken meanwhile. On the worker's thread."""
        self._metrics.tally.count()

    def sent(self, seconds: float, error: str | None) -> None:
        """A batch was delivered, or given up as it is.

        Args:
            seconds: since its first try.
            error: a status code or another short word; None where it was delivered.
        """
        attributes = self._attributes if error is None else {**self._attributes, semconv.ERROR_TYPE: error}
        self._metrics.took_time(seconds, attributes)

    def stop(self, counts: Counts) -> None:
        """The pipeline is closed; a collection afterwards, such as the provider's last, sees its last counts."""
        if self._component in self._metrics.exporters:
            self._metrics.exporters[self._component] = (self._attributes, lambda: counts)


_by_provider: dict[MeterProvider | None, Metrics] = {}


def metrics_of(provider: MeterProvider | None) -> Metrics:
    """The one `Metrics` of a provider: instruments of one name that are made twice hide each other."""
    return _by_provider.get(provider) or _by_provider.setdefault(provider, Metrics(provider))


def _server(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        # Sending says what is wrong with the address.
        return {}
    if not parts.hostname or port is None:
        return {}
    return {semconv.SERVER_ADDRESS: parts.hostname, semconv.SERVER_PORT: port}

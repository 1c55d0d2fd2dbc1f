"""A recorder's delivery: what it tells by itself, and what other instrumentation records on the providers it uses."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, replace

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from warpmetrics_otel.deliver.connect import Connection
from warpmetrics_otel.deliver.mouth import Mouth
from warpmetrics_otel.deliver.options import MouthSettings
from warpmetrics_otel.deliver.relay import Relay, relays
from warpmetrics_otel.entities import Counts, Entity, Told
from warpmetrics_otel.options import DeliverySettings
from warpmetrics_otel.translate.records import entity_of


class Watching:
    """A connection, and ears on a provider.

    Args:
        connection: the pipeline to the destination.
        settings: what of it goes there.
        provider: where the recorder's spans go.
        stays: whether that is so for good; else the global provider is watched too once there is one.
    """

    def __init__(
        self, connection: Connection, settings: DeliverySettings, provider: trace.TracerProvider, *, stays: bool
    ) -> None:
        self._connection = connection
        # What recording has no options for, the environment may say.
        given = {item.name: getattr(settings, item.name) for item in fields(DeliverySettings)}
        self._settings = MouthSettings.read(given)
        self._mouth: Mouth | None = None
        self._relays: list[Relay] = []
        self._looking = not stays
        self.take_later: Callable[[Told, int], None] = connection.take_later if stays else self._look_and_take
        """Accept a run, group or call (`entities.Tap`); the pipeline's own once there is nothing to look for."""
        self._watch(provider)

    @property
    def destination(self) -> Hashable:
        """Where it leads."""
        return self._connection.destination

    def take(self, entities: Iterable[Entity]) -> None:
        """Accept entities, parents no later than their children."""
        self._connection.take(entities)

    def take_mark(self, told: Told, size: int) -> None:
        """Accept an outcome or act (`entities.Tap`)."""
        if self._looking:
            self._look()
        if self._mouth is not None and self._mouth.others.busy:
            # It may be about what others record, and that is on its way.
            self._mouth.wait([entity_of(record) for record in told[0](told)[1]])
        else:
            self._connection.take_later(told, size)

    def _look_and_take(self, told: Told, size: int) -> None:
        self._look()
        self._connection.take_later(told, size)

    def flush(self, seconds: float) -> Counts:
        """Send what waits, without what is above it where need be, for at most so many seconds."""
        if self._looking:
            self._look()
        if self._mouth is not None:
            self._mouth.release()
        return self._connection.flush(seconds)

    def shutdown(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds, and stop."""
        self._looking = False
        for relay in self._relays:
            relay.wait_no_more(self.destination, self._hear)
        mouth, self._mouth = self._mouth, None
        if mouth is not None:
            for relay in self._relays:
                relay.remove(mouth)
            mouth.close()
        return self._connection.shutdown(seconds)

    def _look(self) -> None:
        """Watch the global provider, where it was set only after the recorder was configured."""
        provider = trace.get_tracer_provider()
        if not isinstance(provider, trace.ProxyTracerProvider):
            self._looking = False
            self.take_later = self._connection.take_later
            self._watch(provider)

    def _watch(self, provider: trace.TracerProvider) -> None:
        if not isinstance(provider, TracerProvider):
            return
        relay = relays.of(provider)
        if relay in self._relays:
            return
        self._relays.append(relay)
        if relay.has(self.destination):
            # The hook's processor, or another recorder with the same key: everything would be worked on twice.
            relay.wait(self.destination, self._hear)
        else:
            self._hear(relay)

    def _hear(self, relay: Relay) -> None:
        if self._mouth is None:
            self._mouth = Mouth(
                self._settings_for(relay),
                "configure()",
                sees_starts=True,
                recorded=self._connection,
                goes_on=relay.may_go_on(self.destination),
            )
        relay.add(self._mouth)

    def _settings_for(self, relay: Relay) -> MouthSettings:
        if not self._settings.infer_runs or relay.may_infer(self.destination):
            return self._settings
        relay.say_whose()
        return replace(self._settings, infer_runs=False)

"""What joins recording to delivery: the two rooms do not know each other.

The public `Warpmetrics` is recording's, with a tap into the pipeline that its options ask for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warpmetrics_otel.record import Warpmetrics as Recorder

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from warpmetrics_otel.doctor import Report
    from warpmetrics_otel.entities import Delivery
    from warpmetrics_otel.record.settings import Settings

logger = logging.getLogger("warpmetrics_otel")


class Warpmetrics(Recorder):
    """Records agents as OpenTelemetry spans, and with an API key tells the native Warpmetrics API too.

    Several instances, with their own options, live side by side.

    Args:
        options: the options of `configure`; without any, the environment decides at the first verb.
    """

    def register_classifications(
        self, mapping: Mapping[str, str] | None = None, timeout: float = 10.0
    ) -> dict[str, str]:
        """Tell the native API which outcomes are successes and failures. Waits for its answers; never raises.

        Args:
            mapping: outcome names to ``success``, ``failure`` or ``neutral``; by default the option `classifications`.
            timeout: seconds for all of them.

        Returns:
            What the API has accepted; why it did not accept the rest is logged.
        """
        settings = self._core.settings
        if not settings.enabled:
            return {}
        if settings.api_key is None:
            logger.warning("register_classifications(): there is no api_key, so nothing is told to the native API")
            return {}
        from warpmetrics_otel.deliver import register_classifications

        return register_classifications(
            settings.classifications if mapping is None else mapping,
            api_key=settings.api_key,
            api_url=settings.api_url,
            project_id=settings.project_id,
            seconds=timeout,
        )

    def examine(self, timeout: float = 5.0) -> Report:
        """What `warpmetrics-otel doctor` shows, of this process: nothing is recorded, sent or changed.

        Args:
            timeout: seconds to wait for each answer: of the collector, and two of the native API.
        """
        from warpmetrics_otel.doctor import examine

        return examine({"enabled": False} if self._stopped else self._options, timeout)

    def _connect(self, settings: Settings, provider: TracerProvider) -> Delivery | None:
        if settings.api_key is None or not settings.enabled:
            return None
        from warpmetrics_otel.deliver import Watching, connect

        connection = connect(settings, classifications=settings.classifications, meter_provider=settings.meter_provider)
        if connection is None:
            return None
        return Watching(connection, settings, provider, stays=settings.tracer_provider is not None)

"""The options of exporter and processor: those of delivery, and how long children wait for their parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from warpmetrics_otel.deliver.hold import HOLD_ENTITIES, HOLD_SECONDS
from warpmetrics_otel.options import NOT_NEGATIVE, DeliveryOptions, DeliverySettings, option


@dataclass(frozen=True, slots=True, kw_only=True)
class MouthSettings(DeliverySettings):
    """Every option, checked. Construct with `read`."""

    hold_entities: int = option(
        HOLD_ENTITIES,
        "How many entities wait for parents that have not come; when there are more, all are sent.",
        "WARPMETRICS_HOLD_ENTITIES",
        int,
        NOT_NEGATIVE,
    )
    hold_seconds: float = option(
        HOLD_SECONDS,
        "How many seconds they wait, before they are sent without them.",
        "WARPMETRICS_HOLD_SECONDS",
        float,
        NOT_NEGATIVE,
    )

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """As `combined`; None stands for an argument that is not given, as configuration files have it."""
        return cls.combined({name: value for name, value in given.items() if value is not None})


class MouthOptions(DeliveryOptions, total=False):
    """The same as keyword arguments."""

    hold_entities: int
    hold_seconds: float

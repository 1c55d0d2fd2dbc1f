"""Which runs were told: that of a trace is one entity, however many parts the trace comes in."""

from __future__ import annotations

from collections import OrderedDict

from warpmetrics_otel.entities import Entity, Run
from warpmetrics_otel.translate.bounded import remember


class RunsTold:
    """The ids of runs.

    Args:
        most: how many are remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._ids

    def add(self, run_id: str) -> None:
        """A run was told."""
        remember(self._ids, run_id, None, self._most)

    def is_new(self, entity: Entity) -> bool:
        """Whether an entity is no run that was told before; from now on it is, if it is one."""
        if not isinstance(entity, Run):
            return True
        if entity.id in self._ids:
            return False
        self.add(entity.id)
        return True

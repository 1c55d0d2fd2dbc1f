"""Entities to the native Warpmetrics API: pipeline, exporter, processor, sampler, transport, retry, spool."""

from warpmetrics_otel.deliver.classifications import register_classifications
from warpmetrics_otel.deliver.connect import Connection, connect

__all__ = ["Connection", "connect", "register_classifications"]

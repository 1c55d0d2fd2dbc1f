"""Entities to the native Warpmetrics API: pipeline, exporter, processor, sampler, transport, retry, spool."""

from warpmetrics_otel.deliver.classifications import register_classifications
from warpmetrics_otel.deliver.connect import Connection, connect
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.deliver.verdict import Answer, Verdict
from warpmetrics_otel.deliver.watching import Watching

__all__ = ["Answer", "Connection", "Transport", "Verdict", "Watching", "connect", "register_classifications"]

"""What was accepted and is not delivered yet, in files: append-only segments that outlive the process.

It knows bytes and files, not entities or servers. docs/spool.md is its specification; what it promises is said there.
"""

from warpmetrics_otel.deliver.spool.disk import Disk
from warpmetrics_otel.deliver.spool.names import Position
from warpmetrics_otel.deliver.spool.quarantine import Quarantine, Refused
from warpmetrics_otel.deliver.spool.reader import Record
from warpmetrics_otel.deliver.spool.spool import Spool

__all__ = ["Disk", "Position", "Quarantine", "Record", "Refused", "Spool"]

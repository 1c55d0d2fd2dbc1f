"""What is configured, what is in force, whether the native API answers, and what to change.

It records nothing, sends no spans and changes nothing; the key is in nothing that it says.
"""

from warpmetrics_otel.doctor.examination import examine
from warpmetrics_otel.doctor.report import Finding, Report, Status

__all__ = ["Finding", "Report", "Status", "examine"]

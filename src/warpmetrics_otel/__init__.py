"""Warpmetrics on OpenTelemetry."""

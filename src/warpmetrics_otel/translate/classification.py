"""What an outcome's name says of success: from configuration, else a short built-in list."""

from __future__ import annotations

from collections.abc import Mapping

from warpmetrics_otel import semconv

BUILT_IN: Mapping[str, str] = {
    "completed": semconv.CLASSIFICATION_SUCCESS,
    "success": semconv.CLASSIFICATION_SUCCESS,
    "succeeded": semconv.CLASSIFICATION_SUCCESS,
    "passed": semconv.CLASSIFICATION_SUCCESS,
    "failed": semconv.CLASSIFICATION_FAILURE,
    "failure": semconv.CLASSIFICATION_FAILURE,
    "error": semconv.CLASSIFICATION_FAILURE,
}


def classifier(configured: Mapping[str, str]) -> Mapping[str, str]:
    """The lower-case outcome names that have a classification."""
    return {**BUILT_IN, **{name.casefold(): value for name, value in configured.items()}}

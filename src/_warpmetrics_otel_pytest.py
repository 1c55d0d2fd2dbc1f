"""The pytest plugin: `warpmetrics` records what a test does in memory, `warpmetrics_api` stands in for the native API.

pytest loads this in every session of an environment that has the package. It stands outside the
package, because importing anything of that would import OpenTelemetry into sessions that never ask
for the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from warpmetrics_otel.testing import NativeApi, Recorded


@pytest.fixture
def warpmetrics() -> Iterator[Recorded]:
    """What the code under test records with the functions of `warpmetrics_otel`: kept in memory, sent nowhere."""
    from warpmetrics_otel.testing import Recorded

    with Recorded() as recorded:
        yield recorded


@pytest.fixture
def warpmetrics_api() -> Iterator[NativeApi]:
    """A server that stands in for the native API on a port of this machine; a broken rule of the API fails the test."""
    from warpmetrics_otel.testing import NativeApi

    with NativeApi() as api:
        yield api
    api.check()

"""The pytest plugin: the fixture `warpmetrics`, which records what a test does in memory.

pytest loads this in every session of an environment that has the package. It stands outside the
package, because importing anything of that would import OpenTelemetry into sessions that never ask
for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from warpmetrics_otel.testing import Recorded


@pytest.fixture
def warpmetrics() -> Iterator[Recorded]:
    """What the code under test records with the functions of `warpmetrics_otel`: kept in memory, sent nowhere."""
    from warpmetrics_otel.testing import Recorded

    with Recorded() as recorded:
        yield recorded

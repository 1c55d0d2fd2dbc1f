"""What tests of processes share: a stand-in of the native API that sees whether all of its rules were kept."""

from collections.abc import Iterator

import pytest

from warpmetrics_otel.testing import NativeApi


@pytest.fixture
def api() -> Iterator[NativeApi]:
    """No entity came twice, none before what it hangs on, and none without its link."""
    with NativeApi() as api:
        yield api
        api.check()
        assert not api.incomplete()

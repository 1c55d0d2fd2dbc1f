import pytest

from warpmetrics_otel.deliver.spool import Disk, Spool


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path / "spool")


@pytest.fixture
def spool(disk):
    return Spool(disk)

"""Options are said twice, once for what reads them and once for type checkers: both say the same."""

from dataclasses import fields

import pytest

from warpmetrics_otel.deliver.options import MouthOptions, MouthSettings
from warpmetrics_otel.options import DeliveryOptions, DeliverySettings
from warpmetrics_otel.record.options import Options
from warpmetrics_otel.record.settings import Settings


@pytest.mark.parametrize(
    ("settings", "typed"),
    [(DeliverySettings, DeliveryOptions), (Settings, Options), (MouthSettings, MouthOptions)],
    ids=lambda kind: kind.__name__,
)
def test_typed_arguments_are_the_options(settings: type, typed: type) -> None:
    as_arguments = {name: reference.__forward_arg__ for name, reference in typed.__annotations__.items()}
    assert as_arguments == {item.name: item.type for item in fields(settings)}
    assert typed.__required_keys__ == frozenset()

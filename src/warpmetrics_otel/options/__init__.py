"""Options: what one is made of, how arguments and environment combine, and those that recording and delivery share.

A room's own options are fields beside its code, in a dataclass that extends the shared ones. Nothing here acts on an
option's value.
"""

from warpmetrics_otel.options.delivery import CONTENT_VARIABLE, KEY_VARIABLE, DeliveryOptions, DeliverySettings, Key
from warpmetrics_otel.options.option import NOT_NEGATIVE, Rule, boolean, option

__all__ = [
    "CONTENT_VARIABLE",
    "KEY_VARIABLE",
    "NOT_NEGATIVE",
    "DeliveryOptions",
    "DeliverySettings",
    "Key",
    "Rule",
    "boolean",
    "option",
]

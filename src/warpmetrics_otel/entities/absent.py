"""The value of a field that a row does not have, which the native API tells from null."""

from __future__ import annotations

from enum import Enum
from typing import Final


class _Absent(Enum):
    ABSENT = "absent"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent.ABSENT

"""Asking what something is without asking itself: `isinstance` reads its ``__class__``, where a proxy may raise."""

from __future__ import annotations

from typing import Any, TypeGuard, TypeVar

T = TypeVar("T")


def is_a(value: Any, kind: type[T]) -> TypeGuard[T]:
    """Whether the value's type is this one, or derived from it."""
    return issubclass(type(value), kind)

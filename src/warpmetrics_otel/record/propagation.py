"""Carrying a portable ref over headers, so that another service can go on with a run, group, outcome or act."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from warpmetrics_otel import ids
from warpmetrics_otel.record.handles import Handle, _Marked

HEADER = "warpmetrics-ref"


def inject(handle: Handle | _Marked | str, carrier: MutableMapping[str, str]) -> None:
    """Put a handle's portable ref into headers, as ``warpmetrics-ref``.

    Trace propagation of the user's own (``traceparent``) is left as it is.

    Args:
        handle: a handle, a native id or a portable ref.
        carrier: the headers.
    """
    carrier[HEADER] = handle if isinstance(handle, str) else handle.ref


def extract(carrier: Mapping[str, str]) -> str | None:
    """The portable ref in headers, whatever the case of their names; None when there is no valid one.

    Every verb takes it where it takes an id.
    """
    for name, value in carrier.items():
        if name.lower() == HEADER and ids.parse_ref(value) is not None:
            return value
    return None

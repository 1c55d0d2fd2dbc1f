"""Trace and span ids that follow from a native id, worked out by the ULID's alphabet alone and not by our own code."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def trace_of(run_id: str) -> str:
    """Return the trace id, 32 hex digits, of a run."""
    number = 0
    for letter in run_id.rpartition("_")[2]:
        number = number * 32 + _ALPHABET.index(letter)
    return f"{number:032x}"


def span_of(native_id: str) -> str:
    """Return the span id, 16 hex digits, of a run, group or call."""
    return trace_of(native_id)[16:]

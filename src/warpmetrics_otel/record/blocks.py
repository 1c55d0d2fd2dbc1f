"""`with` blocks: entering makes a handle current, leaving ends it.

Leaving in another context than the block was entered in (an async generator closed by another
task, say) neither raises nor logs, and still ends the span.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import time_ns
from typing import TYPE_CHECKING

from opentelemetry.trace import Span, Status, StatusCode

from warpmetrics_otel import semconv
from warpmetrics_otel.record import current
from warpmetrics_otel.record.ending import finish
from warpmetrics_otel.record.flow import is_cancellation
from warpmetrics_otel.translate.text import exception_type, plain

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core
    from warpmetrics_otel.record.current import Attachment
    from warpmetrics_otel.record.handles import Handle


def enter(handle: Handle) -> None:
    """Make a handle current until `leave`."""
    state = handle._state
    attachment = current.enter(state.span if state.open else handle.span, handle)
    if state.blocks is None:
        state.blocks = [attachment]
    else:
        state.blocks.append(attachment)


def leave(handle: Handle, error: BaseException | None) -> None:
    """Leave the block; the outermost one ends the span, in ERROR when `error` is one."""
    core, state = handle._core, handle._state
    if state.blocks:
        _detach(state.blocks)
    if state.blocks:
        return
    if not state.open:
        core.later.append(partial(core.claims.claim_all, state))
        return
    if isinstance(error, GeneratorExit):
        # This may be the garbage collector's doing, in the middle of any lock: the next verb does the rest.
        core.later.append(partial(finish, core, state, None, time_ns()))
        return
    core.drain()
    if error is not None and is_failure(error):
        with state.lock:
            state.raised = True
        record_error(state.span, error)
    finish(core, state, None, time_ns())


@contextmanager
def used(core: Core, handle: Handle) -> Iterator[None]:
    """Make a handle current without ending it afterwards."""
    core.catch_up()
    state = handle._state
    attachment = current.enter(handle.span, handle)
    try:
        yield
    except GeneratorExit:
        current.leave(attachment)
        core.later.append(partial(core.claims.claim_all, state))
        raise
    except BaseException:
        current.leave(attachment)
        core.claims.claim_all(state)
        raise
    current.leave(attachment)
    core.claims.claim_all(state)


def _detach(attachments: list[Attachment | None]) -> None:
    # One handle may be entered in several tasks at once, and left in any order.
    if len(attachments) == 1:
        only = attachments.pop()
        if only is not None:
            current.leave(only)
        return
    for attachment in reversed(attachments.copy()):
        if attachment is None or current.leave(attachment):
            attachments.remove(attachment)
            return
    attachments.pop()


def is_failure(error: BaseException) -> bool:
    """Whether an exception that leaves a block is an error: cancellation and a clean exit are not."""
    if isinstance(error, SystemExit):
        return error.code not in (None, 0)
    return not isinstance(error, (GeneratorExit, KeyboardInterrupt)) and not is_cancellation(error)


def record_error(span: Span, error: BaseException) -> None:
    """Put an exception on a span: ``error.type``, status ERROR and an ``exception`` event, all of it encodable."""
    kind, message = exception_type(error), plain(error)
    span.set_attribute(semconv.ERROR_TYPE, kind)
    span.set_status(Status(StatusCode.ERROR, f"{kind}: {message}" if message else kind))
    span.add_event(
        semconv.EVENT_EXCEPTION,
        {
            semconv.EXCEPTION_TYPE: kind,
            semconv.EXCEPTION_MESSAGE: message,
            semconv.EXCEPTION_STACKTRACE: plain("".join(traceback.format_exception(error))),
            semconv.EXCEPTION_ESCAPED: True,
        },
    )

"""A context that is in force in every step of what is awaited, and in none of the moments between."""

import asyncio

import pytest
from opentelemetry.context import attach, detach, get_current, get_value, set_value

from warpmetrics_otel.capture.suppress import Stepped, inner_context, recorded_elsewhere


class Pause:
    """Suspends once and gives what it is resumed with."""

    def __await__(self):
        return (yield "paused")


def drive(awaitable):
    return awaitable.__await__()


def test_between_the_steps_nothing_is_attached():
    seen = []

    async def inner():
        seen.append(recorded_elsewhere())
        token = attach(set_value("mine", 1))
        seen.append(await Pause())
        seen.append((recorded_elsewhere(), get_value("mine")))
        detach(token)
        await Pause()
        seen.append((recorded_elsewhere(), get_value("mine")))
        return "done"

    outside = get_current()
    steps = drive(Stepped(inner(), inner_context()))
    assert next(steps) == "paused"
    assert get_current() is outside
    assert steps.send("resumed") == "paused"
    assert get_current() is outside
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == "done"
    assert get_current() is outside
    assert seen == [True, "resumed", (True, 1), (True, None)]


def test_what_is_thrown_in_arrives_inside():
    async def inner():
        with pytest.raises(KeyError):
            await Pause()
        return recorded_elsewhere()

    steps = drive(Stepped(inner(), inner_context()))
    next(steps)
    with pytest.raises(StopIteration) as stop:
        steps.throw(KeyError("x"))
    assert stop.value.value is True


def test_closing_closes_what_is_awaited():
    closed = []

    async def inner():
        try:
            await Pause()
        finally:
            closed.append(True)

    steps = drive(Stepped(inner(), inner_context()))
    next(steps)
    steps.close()
    assert closed == [True]


async def test_tasks_side_by_side_do_not_see_each_others():
    entered, looked = asyncio.Event(), asyncio.Event()

    async def inner():
        entered.set()
        await looked.wait()
        return recorded_elsewhere()

    async def outer():
        return await Stepped(inner(), inner_context())

    task = asyncio.create_task(outer())
    await entered.wait()
    assert not recorded_elsewhere()
    looked.set()
    assert await task

"""The event bus: from any thread, in order, never without bound, never silently incomplete."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from threading import Thread
from uuid import UUID

from gardefou.runtime.bus import (
    AlertChange,
    AlertChanged,
    CameraHealth,
    CameraState,
    InMemoryEventBus,
    Numbered,
    Resync,
    Subscription,
    SystemState,
)

LONG_S = 120.0


def changed(number: int) -> AlertChanged:
    return AlertChanged(UUID(int=number), AlertChange.OPENED)


def publish_hundred(bus: InMemoryEventBus) -> None:
    for number in range(100):
        bus.publish(changed(number))


async def receive(subscription: Subscription) -> Numbered:
    numbered = await subscription.receive(LONG_S)
    assert numbered is not None
    return numbered


def test_events_of_another_thread_arrive_in_order() -> None:
    async def run() -> None:
        bus = InMemoryEventBus()
        with bus.subscribe() as subscription:
            thread = Thread(target=publish_hundred, args=(bus,))
            thread.start()
            got = [(await receive(subscription)).event for _ in range(100)]
            thread.join()
        assert got == [changed(n) for n in range(100)]

    asyncio.run(run())


def test_a_slow_subscriber_loses_the_oldest_and_is_told_to_read_anew() -> None:
    async def run() -> None:
        bus = InMemoryEventBus(queue_length=3)
        with bus.subscribe() as slow:
            for number in range(5):
                bus.publish(changed(number))
            got = [(await receive(slow)).event for _ in range(2)]
        assert got == [Resync(), changed(4)]

    asyncio.run(run())


def test_who_comes_back_having_missed_nothing_is_told_nothing() -> None:
    async def run() -> None:
        bus = InMemoryEventBus()
        with bus.subscribe() as first:
            bus.publish(changed(1))
            last = (await receive(first)).id
        with bus.subscribe(last) as again:
            assert await again.receive(0.0) is None
            bus.publish(changed(2))
            assert (await receive(again)).event == changed(2)

    asyncio.run(run())


def test_who_missed_events_or_comes_from_another_run_reads_anew() -> None:
    async def run() -> None:
        bus, other = InMemoryEventBus(), InMemoryEventBus()
        with bus.subscribe() as first:
            bus.publish(changed(1))
            last = (await receive(first)).id
        bus.publish(changed(2))
        other.publish(changed(1))
        for each in (bus, other):
            with each.subscribe(last) as again:
                assert (await receive(again)).event == Resync()

    asyncio.run(run())


def test_silence_ends_with_the_patience_of_the_reader() -> None:
    async def run() -> None:
        with InMemoryEventBus().subscribe() as subscription:
            assert await subscription.receive(0.0) is None
            assert not subscription.closed

    asyncio.run(run())


def test_a_closed_bus_gives_what_was_waiting_and_then_ends() -> None:
    async def run() -> None:
        bus = InMemoryEventBus()
        with bus.subscribe() as subscription:
            bus.publish(changed(1))
            bus.close()
            assert (await receive(subscription)).event == changed(1)
            assert await subscription.receive(LONG_S) is None
            assert subscription.closed
        with bus.subscribe() as late:
            assert await late.receive(LONG_S) is None
            assert late.closed

    asyncio.run(run())


def test_a_reader_whose_loop_is_gone_harms_nobody() -> None:
    bus = InMemoryEventBus()

    async def subscribe(stack: ExitStack) -> None:
        stack.enter_context(bus.subscribe())

    with ExitStack() as stack:
        asyncio.run(subscribe(stack))
        bus.publish(CameraHealth("quay", CameraState.RUNNING, 2.0))
        assert bus.subscribers == 1
        assert list(bus.cameras) == ["quay"]
    assert bus.subscribers == 0


def test_the_last_word_on_each_camera_is_remembered() -> None:
    bus = InMemoryEventBus()
    assert bus.system == SystemState(processing=False)

    bus.publish(CameraHealth("quay", CameraState.STARTING, 1.0))
    bus.publish(CameraHealth("quay", CameraState.RUNNING, 2.0))
    bus.publish(SystemState(processing=True))

    assert bus.cameras == {"quay": CameraHealth("quay", CameraState.RUNNING, 2.0)}
    assert bus.system == SystemState(processing=True)

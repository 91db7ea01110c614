"""Concurrency slots: attempts run side by side; a crash suspect runs alone."""

from __future__ import annotations

import asyncio

import pytest

from activities.attempts.slots import ConcurrencySlots


class FakeAttempt:
    """Waits for a slot and holds it until `finish`."""

    def __init__(self, slots: ConcurrencySlots, *, alone: bool = False) -> None:
        self.running = False
        self.gives_up = False
        self.waits = 0
        self._finished = asyncio.Event()
        self._slots = slots
        self._alone = alone
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._slots.acquire(alone=self._alone, while_waiting=self._wait) as slot:
            self.slot = slot
            self.running = True
            await self._finished.wait()
        self.running = False

    def _wait(self) -> None:
        self.waits += 1
        if self.gives_up:
            raise TimeoutError

    async def finish(self) -> None:
        self._finished.set()
        await self.task


async def running(*attempts: FakeAttempt) -> list[bool]:
    """True for each attempt that holds a slot, once every waiting one has polled twice more."""
    before = {attempt: attempt.waits for attempt in attempts}
    for attempt in attempts:
        while not attempt.running and not attempt.task.done() and attempt.waits < before[attempt] + 2:
            await asyncio.sleep(0.01)
    return [attempt.running for attempt in attempts]


async def test_attempts_run_side_by_side() -> None:
    slots = ConcurrencySlots()
    first, second = FakeAttempt(slots), FakeAttempt(slots)
    assert await running(first, second) == [True, True]
    await first.finish()
    await second.finish()


async def test_a_suspect_waits_for_running_attempts_and_newcomers_wait_for_it() -> None:
    slots = ConcurrencySlots()
    first = FakeAttempt(slots)
    assert await running(first) == [True]
    suspect = FakeAttempt(slots, alone=True)
    assert await running(suspect) == [False]
    newcomer = FakeAttempt(slots)
    assert await running(suspect, newcomer) == [False, False]

    await first.finish()
    assert await running(suspect, newcomer) == [True, False]
    await suspect.finish()
    assert await running(newcomer) == [True]
    await newcomer.finish()


async def test_two_suspects_run_one_after_the_other() -> None:
    slots = ConcurrencySlots()
    first, second = FakeAttempt(slots, alone=True), FakeAttempt(slots, alone=True)
    assert await running(first, second) == [True, False]
    await first.finish()
    assert await running(second) == [True]
    await second.finish()


async def test_a_cleared_suspect_lets_newcomers_run() -> None:
    slots = ConcurrencySlots()
    suspect = FakeAttempt(slots, alone=True)
    assert await running(suspect) == [True]
    newcomer = FakeAttempt(slots)
    assert await running(newcomer) == [False]

    suspect.slot.share()
    assert await running(newcomer) == [True]
    assert suspect.running
    await suspect.finish()
    await newcomer.finish()


async def test_a_suspect_that_gives_up_delays_no_other_attempt() -> None:
    slots = ConcurrencySlots()
    first, suspect = FakeAttempt(slots), FakeAttempt(slots, alone=True)
    newcomer = FakeAttempt(slots)
    assert await running(first, suspect, newcomer) == [True, False, False]

    suspect.gives_up = True
    with pytest.raises(TimeoutError):
        await suspect.task
    assert await running(newcomer) == [True]
    await first.finish()
    await newcomer.finish()

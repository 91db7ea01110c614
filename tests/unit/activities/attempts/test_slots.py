"""Attempts work side by side; a suspect works alone."""

from __future__ import annotations

import asyncio

import pytest

from activities.attempts.slots import ConcurrencySlots


class Visitor:
    """Goes through a gate, and stays inside until it is let out."""

    def __init__(self, slots: ConcurrencySlots, *, alone: bool = False) -> None:
        self.inside = False
        self.gives_up = False
        self.waits = 0
        self._out = asyncio.Event()
        self._gate = slots
        self._alone = alone
        self.visit = asyncio.create_task(self._visit())

    async def _visit(self) -> None:
        async with self._gate.passed(alone=self._alone, while_waiting=self._wait) as slot:
            self.slot = slot
            self.inside = True
            await self._out.wait()
        self.inside = False

    def _wait(self) -> None:
        self.waits += 1
        if self.gives_up:
            raise TimeoutError

    async def leave(self) -> None:
        self._out.set()
        await self.visit


async def looked(*visitors: Visitor) -> list[bool]:
    """Who is inside, after everybody who waits has looked twice more."""
    before = {visitor: visitor.waits for visitor in visitors}
    for visitor in visitors:
        while not visitor.inside and not visitor.visit.done() and visitor.waits < before[visitor] + 2:
            await asyncio.sleep(0.01)
    return [visitor.inside for visitor in visitors]


async def test_attempts_work_side_by_side() -> None:
    slots = ConcurrencySlots()
    first, second = Visitor(slots), Visitor(slots)
    assert await looked(first, second) == [True, True]
    await first.leave()
    await second.leave()


async def test_a_suspect_waits_for_those_inside_and_holds_newcomers_back() -> None:
    slots = ConcurrencySlots()
    first = Visitor(slots)
    assert await looked(first) == [True]
    suspect = Visitor(slots, alone=True)
    assert await looked(suspect) == [False]
    newcomer = Visitor(slots)
    assert await looked(suspect, newcomer) == [False, False]

    await first.leave()
    assert await looked(suspect, newcomer) == [True, False]
    await suspect.leave()
    assert await looked(newcomer) == [True]
    await newcomer.leave()


async def test_two_suspects_work_one_after_the_other() -> None:
    slots = ConcurrencySlots()
    first, second = Visitor(slots, alone=True), Visitor(slots, alone=True)
    assert await looked(first, second) == [True, False]
    await first.leave()
    assert await looked(second) == [True]
    await second.leave()


async def test_a_suspect_that_is_cleared_lets_newcomers_in() -> None:
    slots = ConcurrencySlots()
    suspect = Visitor(slots, alone=True)
    assert await looked(suspect) == [True]
    newcomer = Visitor(slots)
    assert await looked(newcomer) == [False]

    suspect.slot.share()
    assert await looked(newcomer) == [True]
    assert suspect.inside
    await suspect.leave()
    await newcomer.leave()


async def test_a_suspect_that_gives_up_holds_nobody_back() -> None:
    slots = ConcurrencySlots()
    first, suspect = Visitor(slots), Visitor(slots, alone=True)
    newcomer = Visitor(slots)
    assert await looked(first, suspect, newcomer) == [True, False, False]

    suspect.gives_up = True
    with pytest.raises(TimeoutError):
        await suspect.visit
    assert await looked(newcomer) == [True]
    await first.leave()
    await newcomer.leave()

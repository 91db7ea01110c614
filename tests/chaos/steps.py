"""When a fault strikes: a moment of a task that the seed chooses from a run without faults."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Protocol

from tests.chaos.faults.store_proxy import Gate
from tests.chaos.sender import Sender
from tests.chaos.watcher import Pending, pending_works, task_begun, was_scheduled
from tests.chaos.world import World

# Longer than any step of these small tasks takes on a busy machine.
_PASSED_AFTER_S = 120.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Work:
    """An activity of the run without faults: its id, its type, and how long it took."""

    activity_id: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class Reference:
    """What a run without faults made and did. The first `upload_calls` of its `calls` to the store were the
    API's, while the upload came in."""

    outputs: dict[str, str]
    works: tuple[Work, ...]
    calls: int
    upload_calls: int


class Step(Protocol):
    """`prepare` is called before the upload begins; `wait` returns at the moment, which stands still where
    it can until `release`."""

    def prepare(self, world: World) -> None: ...

    @property
    def hold_at(self) -> float | None: ...

    def wait(self, world: World, sender: Sender, known: frozenset[str]) -> str: ...

    def release(self, world: World, sender: Sender) -> None: ...


@dataclass(frozen=True)
class WhileSending:
    """When `share` of the file's bytes are sent; the rest waits."""

    share: float

    @property
    def hold_at(self) -> float | None:
        return self.share

    def prepare(self, world: World) -> None:
        return

    def wait(self, world: World, sender: Sender, known: frozenset[str]) -> str:
        reached = sender.held.wait(_PASSED_AFTER_S)
        return f"{self.share:.0%} sent" if reached else "never held"

    def release(self, world: World, sender: Sender) -> None:
        sender.let_go()


@dataclass
class AtStoreCall:
    """When the store is called for the `number`th time: before the server has seen the call, or after it
    was carried out and before anybody knows."""

    number: int
    before: bool
    _gate: Gate = field(init=False, repr=False, compare=False)

    @property
    def hold_at(self) -> float | None:
        return None

    def prepare(self, world: World) -> None:
        self._gate = world.store_proxy.hold(self.number, before=self.before)

    def wait(self, world: World, sender: Sender, known: frozenset[str]) -> str:
        side = "before" if self.before else "after"
        for _ in range(int(_PASSED_AFTER_S)):
            if self._gate.reached.wait(1):
                return f"{side} store call {self.number}"
            if world.background.run(_ended(world, known)):
                break
        return f"past the end, {side} store call {self.number}"

    def release(self, world: World, sender: Sender) -> None:
        world.store_proxy.let_go()


@dataclass(frozen=True)
class InWork:
    """When an activity has run for a share of the time that it took without faults."""

    work: Work
    share: float

    @property
    def hold_at(self) -> float | None:
        return None

    def prepare(self, world: World) -> None:
        return

    def wait(self, world: World, sender: Sender, known: frozenset[str]) -> str:
        return world.background.run(self._watch(world, known), within_s=_PASSED_AFTER_S + 30)

    def release(self, world: World, sender: Sender) -> None:
        return

    async def _watch(self, world: World, known: frozenset[str]) -> str:
        at = f"{self.share:.0%} of {self.work.kind} ({self.work.activity_id})"
        try:
            async with asyncio.timeout(_PASSED_AFTER_S):
                while (task_id := await task_begun(world, known)) is None:
                    await asyncio.sleep(_LOOK_EVERY_S)
                while (pending := await self._pending(world, task_id)) is None or not pending.runs:
                    if pending is None and await was_scheduled(world, task_id, self.work.activity_id):
                        return f"after {at}"
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            return f"never at {at}"
        await asyncio.sleep(self.share * self.work.seconds)
        return at

    async def _pending(self, world: World, task_id: str) -> Pending | None:
        works = await pending_works(world, task_id)
        return next((work for work in works if work.activity_id == self.work.activity_id), None)


async def _ended(world: World, known: frozenset[str]) -> bool:
    task_id = await task_begun(world, known)
    if task_id is None:
        return False
    return (await world.temporal.get_workflow_handle(task_id).describe()).close_time is not None


def choose_step(rng: Random, seed: int, reference: Reference, *, at_calls: bool = False) -> Step:
    """Five seeds in a row cover a task from its upload to its end; within each the choice is free.

    `at_calls` chooses calls to the store only, before the server sees them, for faults of the store itself.
    """
    first, last = reference.upload_calls + 1, reference.calls
    middle = (first + last) // 2
    half = len(reference.works) // 2
    stretch = seed % 5
    if at_calls:
        spans = [(1, first - 1), *_quarters(first, last)]
        return AtStoreCall(rng.randint(*spans[stretch]), before=True)
    if stretch == 0 and rng.random() < 0.5:
        return WhileSending(rng.uniform(0.05, 0.95))
    if stretch == 0:
        return AtStoreCall(rng.randint(1, reference.upload_calls), rng.random() < 0.5)
    if stretch == 1:
        return AtStoreCall(rng.randint(first, middle), rng.random() < 0.5)
    if stretch == 4:
        return AtStoreCall(rng.randint(middle, last), rng.random() < 0.5)
    works = reference.works[:half] if stretch == 2 else reference.works[half:]
    return InWork(rng.choice(works), rng.uniform(0.0, 0.95))


def _quarters(first: int, last: int) -> list[tuple[int, int]]:
    """Spans without gaps; numbers fit for `randint`, also when there are fewer than four."""
    edges = [first + (last + 1 - first) * part // 4 for part in range(5)]
    return [(low, max(low, high - 1)) for low, high in pairwise(edges)]

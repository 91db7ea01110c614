"""Moments of a fault within a task, chosen by the seed from a run without faults."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Protocol

from tests.chaos.faults.store_proxy import RequestBlock
from tests.chaos.sender import Sender
from tests.chaos.system import System
from tests.chaos.temporal_state import Pending, new_task, pending_activities, was_scheduled

# Longer than any step of these small tasks on a busy machine.
_PASSED_AFTER_S = 120.0
_POLL_EVERY_S = 0.05


@dataclass(frozen=True)
class Work:
    """An activity of the run without faults: its id, type and duration."""

    activity_id: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class Reference:
    """Outputs, activities and store calls of a run without faults. The first `upload_calls` of its `calls`
    were the API's, during the upload."""

    outputs: dict[str, str]
    works: tuple[Work, ...]
    calls: int
    upload_calls: int


class Step(Protocol):
    """A moment. `prepare` is called before the upload; `wait` returns at the moment; where possible the
    task is held there until `release`."""

    def prepare(self, system: System) -> None: ...

    @property
    def hold_at(self) -> float | None: ...

    def wait(self, system: System, sender: Sender, known: frozenset[str]) -> str: ...

    def release(self, system: System, sender: Sender) -> None: ...


@dataclass(frozen=True)
class DuringUpload:
    """Moment when `share` of the file's bytes are sent; the rest is held."""

    share: float

    @property
    def hold_at(self) -> float | None:
        return self.share

    def prepare(self, system: System) -> None:
        return

    def wait(self, system: System, sender: Sender, known: frozenset[str]) -> str:
        reached = sender.held.wait(_PASSED_AFTER_S)
        return f"{self.share:.0%} sent" if reached else "never held"

    def release(self, system: System, sender: Sender) -> None:
        sender.release()


@dataclass
class AtStoreCall:
    """Moment of the `number`th call to the store: before the server receives it, or after it was handled
    and before the answer is forwarded."""

    number: int
    before: bool
    _gate: RequestBlock = field(init=False, repr=False, compare=False)

    @property
    def hold_at(self) -> float | None:
        return None

    def prepare(self, system: System) -> None:
        self._gate = system.store_proxy.hold(self.number, before=self.before)

    def wait(self, system: System, sender: Sender, known: frozenset[str]) -> str:
        side = "before" if self.before else "after"
        for _ in range(int(_PASSED_AFTER_S)):
            if self._gate.reached.wait(1):
                return f"{side} store call {self.number}"
            if system.background.run(_ended(system, known)):
                break
        return f"past the end, {side} store call {self.number}"

    def release(self, system: System, sender: Sender) -> None:
        system.store_proxy.release()


@dataclass(frozen=True)
class DuringActivity:
    """Moment when an activity has run for a share of its duration without faults."""

    work: Work
    share: float

    @property
    def hold_at(self) -> float | None:
        return None

    def prepare(self, system: System) -> None:
        return

    def wait(self, system: System, sender: Sender, known: frozenset[str]) -> str:
        return system.background.run(self._watch(system, known), within_s=_PASSED_AFTER_S + 30)

    def release(self, system: System, sender: Sender) -> None:
        return

    async def _watch(self, system: System, known: frozenset[str]) -> str:
        at = f"{self.share:.0%} of {self.work.kind} ({self.work.activity_id})"
        try:
            async with asyncio.timeout(_PASSED_AFTER_S):
                while (task_id := await new_task(system, known)) is None:
                    await asyncio.sleep(_POLL_EVERY_S)
                while (pending := await self._pending(system, task_id)) is None or not pending.runs:
                    if pending is None and await was_scheduled(system, task_id, self.work.activity_id):
                        return f"after {at}"
                    await asyncio.sleep(_POLL_EVERY_S)
        except TimeoutError:
            return f"never at {at}"
        await asyncio.sleep(self.share * self.work.seconds)
        return at

    async def _pending(self, system: System, task_id: str) -> Pending | None:
        works = await pending_activities(system, task_id)
        return next((work for work in works if work.activity_id == self.work.activity_id), None)


async def _ended(system: System, known: frozenset[str]) -> bool:
    task_id = await new_task(system, known)
    if task_id is None:
        return False
    return (await system.temporal.get_workflow_handle(task_id).describe()).close_time is not None


def choose_step(rng: Random, seed: int, reference: Reference, *, at_calls: bool = False) -> Step:
    """Choose a moment. Five successive seeds cover a task from its upload to its end.

    `at_calls` chooses only calls to the store, before the server receives them, for faults of the store.
    """
    first, last = reference.upload_calls + 1, reference.calls
    middle = (first + last) // 2
    half = len(reference.works) // 2
    stretch = seed % 5
    if at_calls:
        spans = [(1, first - 1), *_quarters(first, last)]
        return AtStoreCall(rng.randint(*spans[stretch]), before=True)
    if stretch == 0 and rng.random() < 0.5:
        return DuringUpload(rng.uniform(0.05, 0.95))
    if stretch == 0:
        return AtStoreCall(rng.randint(1, reference.upload_calls), rng.random() < 0.5)
    if stretch == 1:
        return AtStoreCall(rng.randint(first, middle), rng.random() < 0.5)
    if stretch == 4:
        return AtStoreCall(rng.randint(middle, last), rng.random() < 0.5)
    works = reference.works[:half] if stretch == 2 else reference.works[half:]
    return DuringActivity(rng.choice(works), rng.uniform(0.0, 0.95))


def _quarters(first: int, last: int) -> list[tuple[int, int]]:
    """Four adjacent spans of numbers for `randint`, none empty even with fewer than four numbers."""
    edges = [first + (last + 1 - first) * part // 4 for part in range(5)]
    return [(low, max(low, high - 1)) for low, high in pairwise(edges)]

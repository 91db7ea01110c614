"""What a failpoint has in its hands while it acts: the world, its dice, and the moment that stands still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from local.stack import Stack
from tests.chaos.jobs import Job
from tests.chaos.judgement.journal import Journal
from tests.chaos.sender import Sender, Watcher
from tests.chaos.steps import Step
from tests.chaos.watcher import pending_works, task_begun
from tests.chaos.world import World


@dataclass
class Scene:
    """`known` are the tasks of earlier trials; `senders` are this trial's uploads, each with its watcher."""

    world: World
    rng: Random
    journal: Journal
    job: Job
    step: Step
    known: frozenset[str]
    senders: list[Sender] = field(default_factory=list)
    watchers: list[Watcher] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.world.stack

    def struck(self, **facts: object) -> None:
        """The fault is there: the moment moves on."""
        self.journal.note("struck", **facts)
        self.step.release(self.world, self.senders[0])

    def healed(self) -> None:
        self.journal.note("healed")

    @contextmanager
    def fault(self, **facts: object) -> Iterator[None]:
        """The block lasts as long as the fault does."""
        self.struck(**facts)
        try:
            yield
        finally:
            self.healed()

    def pause(self, shortest_s: float, longest_s: float) -> None:
        time.sleep(self.rng.uniform(shortest_s, longest_s))

    def send(self, job: Job, key: str, hold_at: float | None = None) -> Sender:
        """Begin an upload, and watch what becomes of it."""
        sender = Sender(self.stack.settings.api_url, job, key, self.journal, hold_at)
        self.senders.append(sender)
        sender.start()
        watcher = Watcher(self.stack.settings.api_url, sender, self.journal)
        self.watchers.append(watcher)
        watcher.start()
        return sender

    def task_id(self) -> str | None:
        return self.world.background.run(task_begun(self.world, self.known))

    def busy_worker(self) -> str:
        """A CPU worker that has work of this task, else any."""
        names = [name for name in self.world.workers() if name.startswith("worker_cpu")]
        task_id = self.task_id()
        works = self.world.background.run(pending_works(self.world, task_id)) if task_id else []
        holders = [self.world.process_named(work.identity) for work in works if work.runs]
        busy = sorted({name for name in holders if name in names})
        return self.rng.choice(busy or names)

"""Context of a trial for its failpoint: the system, a random generator and the moment of the fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from local.stack import Stack
from tests.chaos.jobs import Job
from tests.chaos.sender import Sender, Watcher
from tests.chaos.steps import Step
from tests.chaos.system import System
from tests.chaos.temporal_state import new_task, pending_activities
from tests.chaos.verification.journal import Journal


@dataclass
class TrialContext:
    """`known` are the tasks of earlier trials; `senders` are this trial's uploads, each with a watcher."""

    system: System
    rng: Random
    journal: Journal
    job: Job
    step: Step
    known: frozenset[str]
    senders: list[Sender] = field(default_factory=list)
    watchers: list[Watcher] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.system.stack

    def struck(self, **facts: object) -> None:
        """Record that the fault is active, and let the held request continue."""
        self.journal.note("struck", **facts)
        self.step.release(self.system, self.senders[0])

    def healed(self) -> None:
        self.journal.note("healed")

    @contextmanager
    def fault(self, **facts: object) -> Iterator[None]:
        """Record a fault that is active inside the block."""
        self.struck(**facts)
        try:
            yield
        finally:
            self.healed()

    def pause(self, shortest_s: float, longest_s: float) -> None:
        time.sleep(self.rng.uniform(shortest_s, longest_s))

    def send(self, job: Job, key: str, hold_at: float | None = None) -> Sender:
        """Start an upload, and a watcher of its task."""
        sender = Sender(self.stack.settings.api_url, job, key, self.journal, hold_at)
        self.senders.append(sender)
        sender.start()
        watcher = Watcher(self.stack.settings.api_url, sender, self.journal)
        self.watchers.append(watcher)
        watcher.start()
        return sender

    def task_id(self) -> str | None:
        return self.system.background.run(new_task(self.system, self.known))

    def busy_worker(self) -> str:
        """A CPU worker that runs an activity of this task, else any."""
        names = [name for name in self.system.workers() if name.startswith("worker_cpu")]
        task_id = self.task_id()
        works = self.system.background.run(pending_activities(self.system, task_id)) if task_id else []
        holders = [self.system.process_named(work.identity) for work in works if work.runs]
        busy = sorted({name for name in holders if name in names})
        return self.rng.choice(busy or names)

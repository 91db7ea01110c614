"""One trial: a task meets one fault at one moment, ends, and everything that is left is judged."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.faults.failpoints import Failpoint
from tests.chaos.jobs import Job
from tests.chaos.judgement.checker import Violation, check
from tests.chaos.judgement.evidence import Promise
from tests.chaos.judgement.evidence_collector import look, sweep_uploads
from tests.chaos.judgement.journal import Journal
from tests.chaos.scene import Scene
from tests.chaos.sender import PATIENCE_S, Sender, Watcher
from tests.chaos.steps import Reference, Work, choose_step
from tests.chaos.watcher import done_works, known_tasks
from tests.chaos.world import PROCESSES, World

# What late attempts still do when their task has ended is over by then.
_REST_S = 60.0
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class Outcome:
    """`moment` tells when the fault struck; `violations` is empty when all was right."""

    failpoint: str
    seed: int
    job: str
    moment: str
    violations: tuple[Violation, ...]
    seconds: float
    journal_path: Path
    notes: tuple[str, ...] = ()


@dataclass
class Trials:
    """Runs trials on one world, in turn; what one of them left behind is held against that one only."""

    world: World
    references: dict[str, Reference] = field(default_factory=dict)
    _blamed: set[Violation] = field(default_factory=set)

    def reference(self, job: Job) -> Reference:
        """What the job makes and does without faults; run once."""
        if job.name not in self.references:
            self.references[job.name] = self._run_in_peace(job)
        return self.references[job.name]

    def run(self, failpoint: Failpoint, seed: int) -> Outcome:
        begun_s = time.monotonic()
        rng = Random(f"{failpoint.name}:{seed}")
        job = rng.choice(list(self.world.jobs.values()))
        reference = self.reference(job)
        step = failpoint.step or choose_step(rng, seed, reference, at_calls=failpoint.at_calls)
        journal = Journal(self.world.folder / f"{failpoint.name}-{seed}.jsonl")
        known = self.world.background.run(known_tasks(self.world))
        scene = Scene(self.world, rng, journal, job, step, known)
        journal.note("begun", failpoint=failpoint.name, seed=seed, job=job.name, step=str(step))
        with failpoint.around(scene):
            self.world.forget_kept()
            self.world.store_proxy.count_anew()
            step.prepare(self.world)
            scene.send(job, f"{failpoint.name}-{seed}-{time.time_ns()}", hold_at=step.hold_at)
            moment = step.wait(self.world, scene.senders[0], known)
            journal.note("moment", reached=moment)
            try:
                failpoint.act(scene)
            finally:
                step.release(self.world, scene.senders[0])
            task_ids = self._end(scene)
        for task_id in task_ids:
            self._note_attempts(task_id, journal)
        if failpoint.leaves_parts:
            swept = sweep_uploads(self.world)
            journal.note("swept", keys=swept)
        promise = Promise(failpoint.endings, {job.name: reference.outputs})
        violations = self._judge(journal, task_ids, promise)
        return Outcome(
            failpoint.name,
            seed,
            job.name,
            moment,
            tuple(violations),
            time.monotonic() - begun_s,
            journal.path,
            notes=_notes(journal),
        )

    def _end(self, scene: Scene) -> list[str]:
        """Wait until every upload of the scene is a task, and every task has ended."""
        task_ids = list(dict.fromkeys(sender.accepted() for sender in scene.senders))
        deadline_s = time.monotonic() + PATIENCE_S
        while any(watcher.ending is None for watcher in scene.watchers) and time.monotonic() < deadline_s:
            for watcher in scene.watchers:
                self._mend(watcher, scene.journal)
            time.sleep(_LOOK_EVERY_S)
        for watcher in scene.watchers:
            watcher.finish()
        return task_ids

    def _mend(self, watcher: Watcher, journal: Journal) -> None:
        """A stage that gave up waits, visibly, for its operator: who retries it when the fault is gone."""
        if watcher.parked is None:
            return
        answer = self.world.http.post(f"/video/{watcher.task_id}/retry/{watcher.parked}")
        journal.note("retried", task_id=watcher.task_id, stage=watcher.parked, http=answer.status_code)
        watcher.parked = None

    def _note_attempts(self, task_id: str, journal: Journal) -> None:
        works = self.world.background.run(done_works(self.world, task_id))
        again = {work.activity_id: work.attempt for work in works if work.attempt > 1}
        journal.note("attempts", task_id=task_id, more_than_one=again)

    def _judge(self, journal: Journal, task_ids: list[str], promise: Promise) -> list[Violation]:
        """What is wrong once all has come to rest, or still is when it should have."""
        deadline_s = time.monotonic() + _REST_S
        while True:
            found = look(self.world, task_ids)
            wrong = [one for one in check(journal.events(), found, promise) if one not in self._blamed]
            if not wrong or time.monotonic() > deadline_s:
                break
            time.sleep(_LOOK_EVERY_S)
        down = [name for name in PROCESSES if not self.world.stack.status(name).state.alive]
        wrong += [Violation("process", name, "it does not run any more") for name in down]
        self._blamed.update(wrong)
        journal.note("judged", violations=[str(one) for one in wrong])
        return wrong

    def _run_in_peace(self, job: Job) -> Reference:
        known = self.world.background.run(known_tasks(self.world))
        journal = Journal(self.world.folder / f"reference-{job.name}.jsonl")
        self.world.forget_kept()
        self.world.store_proxy.count_anew()
        scene = Scene(self.world, Random(0), journal, job, _Never(), known)
        task_id = scene.send(job, f"reference-{job.name}-{time.time_ns()}").accepted()
        self._end(scene)
        [row] = [row for row in look(self.world, [task_id]).rows if row.task_id == task_id]
        assert row.status == "completed", f"{job.name} does not even pass without faults: {row}"
        found = look(self.world, [task_id])
        works = self.world.background.run(done_works(self.world, task_id))
        begun_s = self.world.background.run(_begun_s(self.world, task_id))
        calls = self.world.store_proxy.calls
        return Reference(
            outputs={name: found.digests[key] for name, key in row.files.items()},
            works=tuple(Work(work.activity_id, work.kind, work.seconds) for work in works),
            calls=len(calls),
            upload_calls=sum(call.at_s < begun_s for call in calls),
        )


class _Never:
    """No moment: nothing happens to this task."""

    hold_at = None

    def prepare(self, world: World) -> None:
        return

    def wait(self, world: World, sender: Sender, known: frozenset[str]) -> str:
        return "never"

    def release(self, world: World, sender: Sender) -> None:
        return


async def _begun_s(world: World, task_id: str) -> float:
    return (await world.temporal.get_workflow_handle(task_id).describe()).start_time.timestamp()


def _notes(journal: Journal) -> tuple[str, ...]:
    """What was out of the ordinary on the way: refusals, and stages that had to be retried by hand."""
    told = []
    for event in journal.events():
        facts = event.facts
        if event.kind == "unanswered":
            told.append("upload unanswered")
        elif event.kind == "answered" and facts["http"] != 202:
            told.append(f"upload {facts['http']} {facts['code']}")
        elif event.kind == "harmed":
            told.append(f"harmed {facts['calls']} calls")
        elif event.kind == "attempts":
            told += [f"{name} took {count} attempts" for name, count in facts["more_than_one"].items()]
        elif event.kind == "swept" and facts["keys"]:
            told.append(f"left the parts of {len(facts['keys'])} cut uploads to the sweep")
        elif event.kind == "retried":
            told.append(f"retried {facts['stage']}")
    return tuple(dict.fromkeys(told))

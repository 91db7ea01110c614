"""One trial: injects one fault at one moment of a task, waits for its end and checks the final state."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.faults.failpoints import Failpoint
from tests.chaos.jobs import Job
from tests.chaos.sender import PATIENCE_S, Sender, Watcher
from tests.chaos.steps import Reference, Work, choose_step
from tests.chaos.system import PROCESSES, System
from tests.chaos.temporal_state import finished_activities, known_tasks
from tests.chaos.trial_context import TrialContext
from tests.chaos.verification.checker import Violation, check
from tests.chaos.verification.journal import Journal
from tests.chaos.verification.snapshot import Promise
from tests.chaos.verification.snapshot_collector import sweep_uploads, take_snapshot

# Late attempts of an ended task have stopped by then.
_REST_S = 60.0
_POLL_EVERY_S = 0.5


@dataclass(frozen=True)
class Outcome:
    """Result of a trial. `moment` describes when the fault began; `violations` is empty on success."""

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
    """Runs trials one after the other on one system; a violation is reported for the first trial only."""

    system: System
    references: dict[str, Reference] = field(default_factory=dict)
    _reported: set[Violation] = field(default_factory=set)

    def reference(self, job: Job) -> Reference:
        """Outputs and activities of the job without faults, from a run that is made once."""
        if job.name not in self.references:
            self.references[job.name] = self._run_without_faults(job)
        return self.references[job.name]

    def run(self, failpoint: Failpoint, seed: int) -> Outcome:
        started_s = time.monotonic()
        rng = Random(f"{failpoint.name}:{seed}")
        job = rng.choice(list(self.system.jobs.values()))
        reference = self.reference(job)
        step = failpoint.step or choose_step(rng, seed, reference, at_calls=failpoint.at_calls)
        journal = Journal(self.system.folder / f"{failpoint.name}-{seed}.jsonl")
        known = self.system.background.run(known_tasks(self.system))
        context = TrialContext(self.system, rng, journal, job, step, known)
        journal.note("begun", failpoint=failpoint.name, seed=seed, job=job.name, step=str(step))
        with failpoint.around(context):
            self.system.clear_cache()
            self.system.store_proxy.reset_calls()
            step.prepare(self.system)
            context.send(job, f"{failpoint.name}-{seed}-{time.time_ns()}", hold_at=step.hold_at)
            moment = step.wait(self.system, context.senders[0], known)
            journal.note("moment", reached=moment)
            try:
                failpoint.act(context)
            finally:
                step.release(self.system, context.senders[0])
            task_ids = self._end(context)
        for task_id in task_ids:
            self._note_attempts(task_id, journal)
        if failpoint.leaves_parts:
            swept = sweep_uploads(self.system)
            journal.note("swept", keys=swept)
        promise = Promise(failpoint.endings, {job.name: reference.outputs})
        violations = self._judge(journal, task_ids, promise)
        return Outcome(
            failpoint.name,
            seed,
            job.name,
            moment,
            tuple(violations),
            time.monotonic() - started_s,
            journal.path,
            notes=_notes(journal),
        )

    def _end(self, context: TrialContext) -> list[str]:
        """Wait until every upload is accepted and every task has ended."""
        task_ids = list(dict.fromkeys(sender.accepted() for sender in context.senders))
        deadline_s = time.monotonic() + PATIENCE_S
        while any(watcher.ending is None for watcher in context.watchers) and time.monotonic() < deadline_s:
            for watcher in context.watchers:
                self._retry_parked(watcher, context.journal)
            time.sleep(_POLL_EVERY_S)
        for watcher in context.watchers:
            watcher.finish()
        return task_ids

    def _retry_parked(self, watcher: Watcher, journal: Journal) -> None:
        """Retry a parked stage, as an operator would when the fault is gone."""
        if watcher.parked is None:
            return
        answer = self.system.http.post(f"/video/{watcher.task_id}/retry/{watcher.parked}")
        journal.note("retried", task_id=watcher.task_id, stage=watcher.parked, http=answer.status_code)
        watcher.parked = None

    def _note_attempts(self, task_id: str, journal: Journal) -> None:
        works = self.system.background.run(finished_activities(self.system, task_id))
        again = {work.activity_id: work.attempt for work in works if work.attempt > 1}
        journal.note("attempts", task_id=task_id, more_than_one=again)

    def _judge(self, journal: Journal, task_ids: list[str], promise: Promise) -> list[Violation]:
        """Violations in the final state; waits up to a minute for late attempts to stop."""
        deadline_s = time.monotonic() + _REST_S
        while True:
            found = take_snapshot(self.system, task_ids)
            wrong = [one for one in check(journal.events(), found, promise) if one not in self._reported]
            if not wrong or time.monotonic() > deadline_s:
                break
            time.sleep(_POLL_EVERY_S)
        down = [name for name in PROCESSES if not self.system.stack.status(name).state.alive]
        wrong += [Violation("process", name, "it no longer runs") for name in down]
        self._reported.update(wrong)
        journal.note("judged", violations=[str(one) for one in wrong])
        return wrong

    def _run_without_faults(self, job: Job) -> Reference:
        known = self.system.background.run(known_tasks(self.system))
        journal = Journal(self.system.folder / f"reference-{job.name}.jsonl")
        self.system.clear_cache()
        self.system.store_proxy.reset_calls()
        context = TrialContext(self.system, Random(0), journal, job, _Never(), known)
        task_id = context.send(job, f"reference-{job.name}-{time.time_ns()}").accepted()
        self._end(context)
        [row] = [row for row in take_snapshot(self.system, [task_id]).rows if row.task_id == task_id]
        assert row.status == "completed", f"{job.name} fails without faults: {row}"
        found = take_snapshot(self.system, [task_id])
        works = self.system.background.run(finished_activities(self.system, task_id))
        started_s = self.system.background.run(_begun_s(self.system, task_id))
        calls = self.system.store_proxy.calls
        return Reference(
            outputs={name: found.digests[key] for name, key in row.files.items()},
            works=tuple(Work(work.activity_id, work.kind, work.seconds) for work in works),
            calls=len(calls),
            upload_calls=sum(call.at_s < started_s for call in calls),
        )


class _Never:
    """No moment, for a run without faults."""

    hold_at = None

    def prepare(self, system: System) -> None:
        return

    def wait(self, system: System, sender: Sender, known: frozenset[str]) -> str:
        return "never"

    def release(self, system: System, sender: Sender) -> None:
        return


async def _begun_s(system: System, task_id: str) -> float:
    return (await system.temporal.get_workflow_handle(task_id).describe()).start_time.timestamp()


def _notes(journal: Journal) -> tuple[str, ...]:
    """Notes on the trial: refusals, repeated attempts and retried stages."""
    notes = []
    for event in journal.events():
        facts = event.facts
        if event.kind == "unanswered":
            notes.append("upload unanswered")
        elif event.kind == "answered" and facts["http"] != 202:
            notes.append(f"upload {facts['http']} {facts['code']}")
        elif event.kind == "harmed":
            notes.append(f"harmed {facts['calls']} calls")
        elif event.kind == "attempts":
            notes += [f"{name} took {count} attempts" for name, count in facts["more_than_one"].items()]
        elif event.kind == "swept" and facts["keys"]:
            notes.append(f"left the parts of {len(facts['keys'])} cut uploads to the sweep")
        elif event.kind == "retried":
            notes.append(f"retried {facts['stage']}")
    return tuple(dict.fromkeys(notes))

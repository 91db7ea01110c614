"""Whether KEDA gives worker-gpu the pods that its queue needs, keeps those that work, lets idle ones go."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from local.cluster.kubectl import Kubectl
from local.cluster.sources import Sources
from local.cluster.trial_scaling import WINDOW_S
from local.faults import LocalFault

NAMESPACE = "video-pipeline"
DEPLOYMENT = "worker-gpu"
# By the ScaledObject: two pods at least, and one for two activities.
LEAST = 2
SOME_WORK, SOME_PODS = 10, 5
REACHED_WITHIN_S = 300
# Twice as long as idle pods would be kept.
KEPT_FOR_S = 2 * WINDOW_S


class StepMissed(LocalFault):
    """The cluster did not do in time what the manifests promise."""


@dataclass(frozen=True)
class Seen:
    """One look at the cluster: work that waits and runs, and pods that are asked for, there and ready."""

    waiting: int
    running: int | None
    wanted: int
    replicas: int
    ready: int

    def row(self, at_s: float) -> str:
        pods = f"{self.wanted:9} {self.replicas:9} {self.ready:6}"
        running = "?" if self.running is None else self.running
        return f"{at_s:5.0f} s {self.waiting:8} {running:>8} {pods}"


HEADER = "   time  waiting  running    wanted  replicas  ready"


class ScalingTrial:
    def __init__(self, kubectl: Kubectl, sources: Sources, report: Callable[[str], None]) -> None:
        self._kubectl = kubectl
        self._sources = sources
        self._report = report
        self._started_s = time.monotonic()
        self._last: Seen | None = None

    def run(self) -> None:
        """Raise `StepMissed` for the first step that is not as it should be."""
        kind = f"--namespace={NAMESPACE}", f"scaledobject/{DEPLOYMENT}"
        self._kubectl.ask("wait", "--for=condition=Ready", f"--timeout={REACHED_WITHIN_S}s", *kind)
        self._report(HEADER)
        self._until("an idle queue has the least pods", lambda seen: seen.ready == LEAST)

        self._sources.put_work(SOME_WORK)
        self._until(
            f"{SOME_WORK} waiting activities raise them to {SOME_PODS}",
            lambda seen: seen.waiting == SOME_WORK and seen.ready == SOME_PODS,
        )

        self._sources.start_worker(slots=SOME_WORK)
        self._until(
            "all of it runs and nothing waits",
            lambda seen: seen.waiting == 0 and seen.running == SOME_WORK,
            always=_keeps(SOME_PODS),
        )
        self._watch(f"running work keeps them for {KEPT_FOR_S} s", KEPT_FOR_S, _keeps(SOME_PODS))

        self._sources.stop_prometheus()
        self._watch(f"without Prometheus they stay for {KEPT_FOR_S} s too", KEPT_FOR_S, _keeps(SOME_PODS))
        self._sources.start_prometheus()
        self._until("Prometheus is back", lambda seen: seen.running == SOME_WORK, always=_keeps(SOME_PODS))

        self._sources.release_work()
        self._until("the work ends", lambda seen: seen.running == 0, always=_keeps(SOME_PODS))
        self._until("an idle queue lets them go", lambda seen: seen.replicas == seen.ready == LEAST)

    def _until(
        self, step: str, reached: Callable[[Seen], bool], always: Callable[[Seen], bool] = lambda _: True
    ) -> None:
        deadline_s = time.monotonic() + REACHED_WITHIN_S
        while True:
            seen = self._look()
            if reached(seen):
                self._report(f"        {step}")
                return
            if not always(seen):
                raise StepMissed(f"Not kept until {step}: {seen}")
            if time.monotonic() > deadline_s:
                raise StepMissed(f"Not within {REACHED_WITHIN_S} s: {step}. {seen}")
            time.sleep(2)

    def _watch(self, step: str, watched_s: float, always: Callable[[Seen], bool]) -> None:
        end_s = time.monotonic() + watched_s
        while time.monotonic() < end_s:
            seen = self._look()
            if not always(seen):
                raise StepMissed(f"Not kept: {step}. {seen}")
            time.sleep(2)
        self._report(f"        {step}")

    def _look(self) -> Seen:
        self._sources.processes.require_running()
        deployment = self._kubectl.get("deployment", DEPLOYMENT, f"--namespace={NAMESPACE}")
        # KEDA's own autoscaler for the ScaledObject of that name.
        scaler = self._kubectl.get("hpa", f"keda-hpa-{DEPLOYMENT}", f"--namespace={NAMESPACE}")
        seen = Seen(
            waiting=self._sources.backlog(),
            running=self._sources.in_flight(),
            wanted=int(scaler.get("status", {}).get("desiredReplicas", 0)),
            replicas=int(deployment["spec"]["replicas"]),
            ready=int(deployment.get("status", {}).get("readyReplicas", 0)),
        )
        if seen != self._last:
            self._report(seen.row(time.monotonic() - self._started_s))
            self._last = seen
        return seen


def _keeps(pods: int) -> Callable[[Seen], bool]:
    return lambda seen: seen.replicas >= pods

"""Trial of autoscaling: KEDA adds worker-gpu pods for a queue, keeps busy ones and removes idle ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from local.cluster.kubectl import Kubectl
from local.cluster.sources import Sources
from local.cluster.trial_scaled_object import WINDOW_S
from local.faults import LocalFault

NAMESPACE = "video-pipeline"
DEPLOYMENT = "worker-gpu"
# From the ScaledObject: at least two pods, and one pod for two activities.
LEAST = 2
SOME_WORK, SOME_PODS = 10, 5
REACHED_WITHIN_S = 300
# Twice as long as idle pods stay.
KEPT_FOR_S = 2 * WINDOW_S


class StepMissed(LocalFault):
    """The cluster did not reach a step of the trial in time."""


@dataclass(frozen=True)
class Sample:
    """Sample of the cluster: waiting and running activities; desired, existing and ready pods."""

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
        self._last: Sample | None = None

    def run(self) -> None:
        """Run the steps. Raises `StepMissed` for the first that is not reached."""
        kind = f"--namespace={NAMESPACE}", f"scaledobject/{DEPLOYMENT}"
        self._kubectl.ask("wait", "--for=condition=Ready", f"--timeout={REACHED_WITHIN_S}s", *kind)
        self._report(HEADER)
        self._until("an idle queue has the minimum of pods", lambda sample: sample.ready == LEAST)

        self._sources.put_work(SOME_WORK)
        self._until(
            f"{SOME_WORK} waiting activities raise the pods to {SOME_PODS}",
            lambda sample: sample.waiting == SOME_WORK and sample.ready == SOME_PODS,
        )

        self._sources.start_worker(slots=SOME_WORK)
        self._until(
            "all activities run and none waits",
            lambda sample: sample.waiting == 0 and sample.running == SOME_WORK,
            always=_at_least(SOME_PODS),
        )
        self._watch(f"running activities keep the pods for {KEPT_FOR_S} s", KEPT_FOR_S, _at_least(SOME_PODS))

        self._sources.stop_prometheus()
        self._watch(
            f"without Prometheus the pods stay for {KEPT_FOR_S} s too", KEPT_FOR_S, _at_least(SOME_PODS)
        )
        self._sources.start_prometheus()
        self._until(
            "Prometheus is back", lambda sample: sample.running == SOME_WORK, always=_at_least(SOME_PODS)
        )

        self._sources.release_work()
        self._until("the activities end", lambda sample: sample.running == 0, always=_at_least(SOME_PODS))
        self._until(
            "an idle queue scales down to the minimum",
            lambda sample: sample.replicas == sample.ready == LEAST,
        )

    def _until(
        self, step: str, reached: Callable[[Sample], bool], always: Callable[[Sample], bool] = lambda _: True
    ) -> None:
        deadline_s = time.monotonic() + REACHED_WITHIN_S
        while True:
            sample = self._sample()
            if reached(sample):
                self._report(f"        {step}")
                return
            if not always(sample):
                raise StepMissed(f"Too few pods before the step “{step}”: {sample}")
            if time.monotonic() > deadline_s:
                raise StepMissed(f"Not reached within {REACHED_WITHIN_S} s: {step}. {sample}")
            time.sleep(2)

    def _watch(self, step: str, watched_s: float, always: Callable[[Sample], bool]) -> None:
        end_s = time.monotonic() + watched_s
        while time.monotonic() < end_s:
            sample = self._sample()
            if not always(sample):
                raise StepMissed(f"Too few pods: {step}. {sample}")
            time.sleep(2)
        self._report(f"        {step}")

    def _sample(self) -> Sample:
        self._sources.processes.require_running()
        deployment = self._kubectl.get("deployment", DEPLOYMENT, f"--namespace={NAMESPACE}")
        # KEDA's own autoscaler for the ScaledObject of that name.
        scaler = self._kubectl.get("hpa", f"keda-hpa-{DEPLOYMENT}", f"--namespace={NAMESPACE}")
        sample = Sample(
            waiting=self._sources.backlog(),
            running=self._sources.in_flight(),
            wanted=int(scaler.get("status", {}).get("desiredReplicas", 0)),
            replicas=int(deployment["spec"]["replicas"]),
            ready=int(deployment.get("status", {}).get("readyReplicas", 0)),
        )
        if sample != self._last:
            self._report(sample.row(time.monotonic() - self._started_s))
            self._last = sample
        return sample


def _at_least(pods: int) -> Callable[[Sample], bool]:
    return lambda sample: sample.replicas >= pods

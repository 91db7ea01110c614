"""Applied manifests are ready when each object is; those that are not are named with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from local.cluster.rollout import unready


def deployment(replicas: int, ready: int, **status: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": "video-pipeline", "generation": 1},
        "spec": {"replicas": replicas},
        "status": {
            "observedGeneration": 1,
            "readyReplicas": ready,
            "updatedReplicas": replicas,
            **status,
        },
    }


def autoscaler(least: int) -> dict[str, Any]:
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "api", "namespace": "video-pipeline"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "api"}, "minReplicas": least},
    }


JOB = {"kind": "Job", "metadata": {"name": "setup-bucket", "namespace": "video-pipeline"}}
DONE = {**JOB, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}
CLAIM = {"kind": "PersistentVolumeClaim", "metadata": {"name": "models", "namespace": "video-pipeline"}}
REFUSED = {"type": "ReplicaFailure", "status": "True", "message": "violates PodSecurity"}


def test_deployments_jobs_and_claims_that_are_ready_complete_and_bound_give_no_line() -> None:
    assert unready([autoscaler(3), deployment(3, 3), DONE, {**CLAIM, "status": {"phase": "Bound"}}]) == []


@pytest.mark.parametrize(
    ("objects", "line"),
    [
        ([deployment(3, 2)], "Deployment api has 2 of 3 replicas ready"),
        ([deployment(1, 1, observedGeneration=0)], "Deployment api was not observed by its controller"),
        ([deployment(1, 1, conditions=[REFUSED])], "Deployment api gets no pods: violates PodSecurity"),
        (
            [deployment(1, 1), autoscaler(3)],
            "Deployment api has 1 replicas; its autoscaler asks for 3 at least",
        ),
        ([JOB], "Job setup-bucket is not complete"),
        ([{**CLAIM, "status": {"phase": "Pending"}}], "PersistentVolumeClaim models is not bound"),
    ],
)
def test_an_object_that_is_not_ready_is_named_with_its_reason(
    objects: list[dict[str, Any]], line: str
) -> None:
    assert unready(objects) == [line]

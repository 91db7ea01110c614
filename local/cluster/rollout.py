"""Readiness of applied manifests: names each object that is not ready, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from local.cluster.kubectl import Manifest


def unready(objects: Sequence[Manifest]) -> list[str]:
    """A line for each workload and claim that is not ready, or has too few replicas for its autoscaler."""
    least = {
        (autoscaler["metadata"]["namespace"], autoscaler["spec"]["scaleTargetRef"]["name"]): int(
            autoscaler["spec"].get("minReplicas", 1)
        )
        for autoscaler in objects
        if autoscaler["kind"] == "HorizontalPodAutoscaler"
    }
    lines: list[str] = []
    for found in objects:
        name = f"{found['kind']} {found['metadata']['name']}"
        if found["kind"] == "Deployment":
            key = (found["metadata"]["namespace"], found["metadata"]["name"])
            lines += [f"{name} {fault}" for fault in _deployment_faults(found, least.get(key, 1))]
        elif found["kind"] == "StatefulSet" and _ready(found) != found["spec"]["replicas"]:
            lines.append(f"{name} has {_ready(found)} of {found['spec']['replicas']} replicas ready")
        elif found["kind"] == "Job" and not _is_true(found, "Complete"):
            lines.append(f"{name} is not complete")
        elif found["kind"] == "PersistentVolumeClaim" and found.get("status", {}).get("phase") != "Bound":
            lines.append(f"{name} is not bound")
    return lines


def _deployment_faults(deployment: Manifest, at_least: int) -> Iterator[str]:
    status, wanted = deployment.get("status", {}), int(deployment["spec"]["replicas"])
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        yield "was not observed by its controller"
    if wanted < at_least:
        yield f"has {wanted} replicas; its autoscaler asks for {at_least} at least"
    if _ready(deployment) != wanted or status.get("updatedReplicas", 0) != wanted:
        yield f"has {_ready(deployment)} of {wanted} replicas ready"
    for condition in status.get("conditions", []):
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            yield f"gets no pods: {condition['message']}"


def _ready(found: Manifest) -> int:
    return int(found.get("status", {}).get("readyReplicas", 0))


def _is_true(found: Manifest, condition: str) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any(entry["type"] == condition and entry["status"] == "True" for entry in conditions)

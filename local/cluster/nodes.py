"""Simulated nodes of a trial cluster, and volumes for its claims."""

from __future__ import annotations

from collections.abc import Sequence

from local.cluster.kubectl import Manifest

ZONES = ("a", "b", "c")
GPU_NODES = 8


def nodes() -> list[Manifest]:
    """A CPU node in each zone, and nodes with one GPU each, tainted as NVIDIA's operator does."""
    plain = [_node(f"plain-{zone}", zone, gpu=False) for zone in ZONES]
    return plain + [_node(f"gpu-{number}", ZONES[number % 3], gpu=True) for number in range(GPU_NODES)]


def _node(name: str, zone: str, *, gpu: bool) -> Manifest:
    capacity = {"cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "110"}
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": zone,
    }
    node: Manifest = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {},
    }
    if gpu:
        capacity["nvidia.com/gpu"] = "1"
        labels["nvidia.com/gpu.present"] = "true"
        node["spec"]["taints"] = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]
    node["status"] = {"allocatable": capacity, "capacity": capacity}
    return node


def volumes_for(objects: Sequence[Manifest]) -> list[Manifest]:
    """A matching volume for each claim: a trial cluster has no provisioner."""
    claims = [
        _volume_for(entry["spec"], entry["metadata"]["namespace"], entry["metadata"]["name"])
        for entry in objects
        if entry["kind"] == "PersistentVolumeClaim"
    ]
    sets = [entry for entry in objects if entry["kind"] == "StatefulSet"]
    of_sets = [
        _volume_for(
            template["spec"],
            entry["metadata"]["namespace"],
            f"{template['metadata']['name']}-{entry['metadata']['name']}-{number}",
        )
        for entry in sets
        for template in entry["spec"].get("volumeClaimTemplates", [])
        for number in range(entry["spec"].get("replicas", 1))
    ]
    return claims + of_sets


def _volume_for(claim: Manifest, namespace: str, name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"for-{name}"},
        "spec": {
            "capacity": {"storage": claim["resources"]["requests"]["storage"]},
            "accessModes": claim["accessModes"],
            "storageClassName": claim.get("storageClassName", ""),
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {"namespace": namespace, "name": name},
            "hostPath": {"path": "/nowhere"},
        },
    }

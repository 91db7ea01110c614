"""What simulated machines a trial cluster has, and the volumes that its claims are bound to."""

from __future__ import annotations

from collections.abc import Sequence

from local.cluster.kubectl import Manifest

ZONES = ("a", "b", "c")
GPU_NODES = 8


def nodes() -> list[Manifest]:
    """A plain node in each zone, and nodes of one GPU each, tainted as NVIDIA's operator does."""
    plain = [_node(f"plain-{zone}", zone, gpu=False) for zone in ZONES]
    return plain + [_node(f"gpu-{number}", ZONES[number % 3], gpu=True) for number in range(GPU_NODES)]


def _node(name: str, zone: str, *, gpu: bool) -> Manifest:
    room = {"cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "110"}
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
        room["nvidia.com/gpu"] = "1"
        labels["nvidia.com/gpu.present"] = "true"
        node["spec"]["taints"] = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]
    node["status"] = {"allocatable": room, "capacity": room}
    return node


def volumes_for(objects: Sequence[Manifest]) -> list[Manifest]:
    """A volume as each claim asks for it: simulated nodes have no provisioner."""
    return [_volume_for(entry) for entry in objects if entry["kind"] == "PersistentVolumeClaim"]


def _volume_for(claim: Manifest) -> Manifest:
    spec = claim["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"for-{claim['metadata']['name']}"},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec.get("storageClassName", ""),
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {
                "namespace": claim["metadata"]["namespace"],
                "name": claim["metadata"]["name"],
            },
            "hostPath": {"path": "/nowhere"},
        },
    }

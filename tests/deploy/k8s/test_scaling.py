"""Numbers of pods and their autoscaling, as required, and the metrics that KEDA reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.deploy.k8s.manifests import Object, Workload, named, of_kind, workloads
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE

EARLY = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 3, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}


def bounds(scaler: Object) -> tuple[int, int]:
    spec = scaler["spec"]
    return (
        spec.get("minReplicas", spec.get("minReplicaCount")),
        spec.get("maxReplicas", spec.get("maxReplicaCount")),
    )


def utilization(scaler: Object) -> dict[str, int]:
    return {
        metric["resource"]["name"]: metric["resource"]["target"]["averageUtilization"]
        for metric in scaler["spec"]["metrics"]
    }


def settings(objects: list[Object], name: str) -> dict[str, str]:
    (load,) = (load for load in workloads(objects) if load.name == name)
    return {key: entry["value"] for key, entry in load.environment().items() if "value" in entry}


@pytest.mark.parametrize("name", ["ingress", "prod"])
def test_the_api_has_three_to_ten_pods_by_processor_and_memory(
    built: Mapping[str, list[Object]], name: str
) -> None:
    scaler = named(built[name], "HorizontalPodAutoscaler", "api")

    assert bounds(scaler) == (3, 10)
    assert utilization(scaler) == {"cpu": 70, "memory": 80}


@pytest.mark.parametrize("name", ["ingress", "prod"])
def test_there_are_two_to_eight_workers_and_they_scale_up_quickly(
    built: Mapping[str, list[Object]], name: str
) -> None:
    scalers = [
        scaler
        for scaler in of_kind(built[name], "HorizontalPodAutoscaler", "ScaledObject")
        if scaler["metadata"]["name"].startswith("worker-")
    ]

    assert [(scaler["metadata"]["name"], bounds(scaler)) for scaler in scalers] == [
        ("worker-cpu", (2, 8)),
        ("worker-gpu", (2, 8)),
    ]
    for scaler in scalers:
        spec = scaler["spec"]
        behavior = spec.get("behavior") or spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behavior["scaleUp"] == EARLY
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 600


def test_ffmpegs_workers_scale_at_40_percent_of_processor_and_50_of_memory(
    built: Mapping[str, list[Object]],
) -> None:
    by_load = named(built["ingress"], "HorizontalPodAutoscaler", "worker-cpu")
    by_queue = named(built["prod"], "ScaledObject", "worker-cpu")["spec"]["triggers"]

    assert utilization(by_load) == {"cpu": 40, "memory": 50}
    assert [
        (trigger["type"], trigger["metricType"], trigger["metadata"])
        for trigger in by_queue
        if trigger["type"] in {"cpu", "memory"}
    ] == [("cpu", "Utilization", {"value": "40"}), ("memory", "Utilization", {"value": "50"})]


@pytest.mark.parametrize("name", ["dev", "ingress", "prod"])
def test_a_deployment_has_one_scaler_and_no_replicas_of_its_own(
    built: Mapping[str, list[Object]], name: str
) -> None:
    scaled = sorted(
        scaler["spec"]["scaleTargetRef"]["name"]
        for scaler in of_kind(built[name], "HorizontalPodAutoscaler", "ScaledObject")
    )

    assert scaled == ["api", "worker-cpu", "worker-gpu"]
    assert all("replicas" not in named(built[name], "Deployment", each)["spec"] for each in scaled)


@pytest.mark.parametrize("worker", ["worker-cpu", "worker-gpu"])
def test_keda_counts_waiting_and_running_activities_per_slot_of_a_pod(
    built: Mapping[str, list[Object]], worker: str
) -> None:
    modifiers = named(built["prod"], "ScaledObject", worker)["spec"]["advanced"]["scalingModifiers"]

    assert modifiers == {
        "formula": {
            "worker-cpu": "max(backlog + inflight, (quickbacklog + quickinflight) / 2)",
            "worker-gpu": "backlog + inflight",
        }[worker],
        "target": settings(built["prod"], worker)["WORKER_CONCURRENCY"],
        "metricType": "AverageValue",
    }


def test_keda_reads_every_queue_from_the_server_that_the_workers_use(
    built: Mapping[str, list[Object]],
) -> None:
    (shared,) = (
        thing["data"]
        for thing in of_kind(built["prod"], "ConfigMap")
        if thing["metadata"]["name"].startswith("video-pipeline-")
    )
    asked = {}
    for scaler in of_kind(built["prod"], "ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            if trigger["type"] == "temporal":
                about = trigger["metadata"]
                # The names that KEDA 2.21 reads; it ignores others silently.
                assert about.keys() == {"endpoint", "namespace", "taskQueue", "queueTypes", "targetQueueSize"}
                assert about["endpoint"] == shared["TEMPORAL_ADDRESS"]
                assert about["namespace"] == shared["TEMPORAL_NAMESPACE"]
                assert about["queueTypes"] == "activity"
                asked[scaler["metadata"]["name"], trigger["name"]] = about["taskQueue"]

    assert asked == {
        ("worker-cpu", "backlog"): CPU_QUEUE,
        ("worker-cpu", "quickbacklog"): QUICK_QUEUE,
        ("worker-gpu", "backlog"): GPU_QUEUE,
    }


def test_while_the_metrics_are_unavailable_no_pod_is_removed(built: Mapping[str, list[Object]]) -> None:
    assert [scaler["spec"]["fallback"] for scaler in of_kind(built["prod"], "ScaledObject")] == [
        {"failureThreshold": 3, "replicas": 2, "behavior": "currentReplicasIfHigher"}
    ] * 2


def test_a_gpu_pod_runs_on_a_node_with_a_gpu_and_requests_one(built: Mapping[str, list[Object]]) -> None:
    worker = Workload(named(built["prod"], "Deployment", "worker-gpu"))

    assert worker.pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert worker.pod["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    ]
    assert worker.containers[0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert settings(built["prod"], "worker-gpu")["DEVICE"] == "cuda"
    assert settings(built["ingress"], "worker-gpu")["DEVICE"] == "cpu"
    # A new pod has to wait for the GPU of an old one.
    assert worker.source["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


@pytest.mark.parametrize("name", ["ingress", "prod"])
def test_all_fronts_together_allow_10_requests_and_2_uploads_a_second(
    built: Mapping[str, list[Object]], name: str
) -> None:
    front = named(built[name], "Deployment", "front")["spec"]
    rates = settings(built[name], "front")

    def in_all(rate: str) -> int:
        each = re.fullmatch(r"(\d+)r/s", rates[rate])
        assert each
        return int(each[1]) * int(front["replicas"])

    assert (in_all("REQUEST_RATE"), in_all("UPLOAD_RATE")) == (10, 2)
    assert front["strategy"]["rollingUpdate"]["maxSurge"] == 0

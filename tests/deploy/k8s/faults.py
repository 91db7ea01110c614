"""Decides by which faults each rule is tried: every one is put into what the prod overlay builds."""

from __future__ import annotations

from collections.abc import Callable

from tests.deploy.k8s import policy, wiring
from tests.deploy.k8s.manifests import Object, named, of_kind
from tests.deploy.k8s.policy import Rule

Fault = Callable[[list[Object]], object]
NAME = "app.kubernetes.io/name"


def container(objects: list[Object], kind: str = "Deployment", name: str = "worker-gpu") -> Object:
    first: Object = named(objects, kind, name)["spec"]["template"]["spec"]["containers"][0]
    return first


def pod(objects: list[Object], name: str = "worker-gpu") -> Object:
    spec: Object = named(objects, "Deployment", name)["spec"]["template"]["spec"]
    return spec


def spec(objects: list[Object], kind: str, name: str) -> Object:
    found: Object = named(objects, kind, name)["spec"]
    return found


def free_to_call(objects: list[Object]) -> None:
    for policy_object in of_kind(objects, "NetworkPolicy"):
        if "Egress" in policy_object["spec"]["policyTypes"]:
            objects.remove(policy_object)


def without(objects: list[Object], kind: str, name: str) -> None:
    objects.remove(named(objects, kind, name))


FAULTS: dict[str, tuple[Rule, Fault, str]] = {
    "an image by no version": (
        policy.unpinned_images,
        lambda objects: container(objects).update(image="video-pipeline-worker-gpu"),
        "worker-gpu: video-pipeline-worker-gpu",
    ),
    "an image that is whatever was pushed last": (
        policy.unpinned_images,
        lambda objects: container(objects, "Job", "setup-bucket").update(image="place.example:5000/a:latest"),
        "setup-bucket: place.example:5000/a:latest",
    ),
    "a probe that is gone": (
        policy.missing_probes,
        lambda objects: container(objects).pop("livenessProbe"),
        "worker-gpu: livenessProbe",
    ),
    "a probe that asks nothing": (
        policy.missing_probes,
        lambda objects: container(objects)["readinessProbe"].pop("httpGet"),
        "worker-gpu: readinessProbe",
    ),
    "memory without a limit": (
        policy.missing_resources,
        lambda objects: container(objects)["resources"]["limits"].pop("memory"),
        "worker-gpu: limits of memory",
    ),
    "root": (
        policy.loose_security,
        lambda objects: pod(objects)["securityContext"].update(runAsUser=0),
        "worker-gpu: runAsUser",
    ),
    "a file system that can be written": (
        policy.loose_security,
        lambda objects: container(objects)["securityContext"].pop("readOnlyRootFilesystem"),
        "worker-gpu: readOnlyRootFilesystem",
    ),
    "a capability": (
        policy.loose_security,
        lambda objects: container(objects)["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]),
        "worker-gpu: capabilities",
    ),
    "a folder of the node": (
        policy.loose_security,
        lambda objects: pod(objects)["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
        "worker-gpu: hostPath",
    ),
    "a token": (
        policy.rights_and_tokens,
        lambda objects: pod(objects).pop("automountServiceAccountToken"),
        "worker-gpu: token",
    ),
    "another's account": (
        policy.rights_and_tokens,
        lambda objects: pod(objects).update(serviceAccountName="api"),
        "worker-gpu: runs as api",
    ),
    "a right": (
        policy.rights_and_tokens,
        lambda objects: objects.append({"kind": "RoleBinding", "metadata": {"name": "all"}}),
        "RoleBinding all",
    ),
    "variables that a Service's name makes": (
        policy.variables_of_services,
        lambda objects: pod(objects).pop("enableServiceLinks"),
        "worker-gpu",
    ),
    "no disruption budget": (
        policy.unprotected_from_disruption,
        lambda objects: without(objects, "PodDisruptionBudget", "worker-gpu"),
        "worker-gpu",
    ),
    "pods on one node": (
        policy.unspread,
        lambda objects: pod(objects)["topologySpreadConstraints"].pop(0),
        "worker-gpu: kubernetes.io/hostname",
    ),
    "spreading over another's pods": (
        policy.unspread,
        lambda objects: pod(objects)["topologySpreadConstraints"][1]["labelSelector"].update(
            matchLabels={"app.kubernetes.io/name": "api"}
        ),
        "worker-gpu: topology.kubernetes.io/zone",
    ),
    "a kill before the drain ends": (
        policy.short_grace,
        lambda objects: pod(objects).update(terminationGracePeriodSeconds=30),
        "worker-gpu",
    ),
    "a secret in the manifest": (
        policy.secrets_in_the_open,
        lambda objects: container(objects)["env"].append({"name": "S3_SECRET_KEY", "value": "word"}),
        "worker-gpu: S3_SECRET_KEY",
    ),
    "a probe of a port that is not there": (
        wiring.dangling_names,
        lambda objects: container(objects)["ports"].pop(0),
        "worker-gpu: port health",
    ),
    "a volume that is not there": (
        wiring.dangling_names,
        lambda objects: pod(objects)["volumes"].pop(0),
        "worker-gpu: volume tmp",
    ),
    "a claim that is not there": (
        wiring.dangling_names,
        lambda objects: without(objects, "PersistentVolumeClaim", "models"),
        "worker-gpu: claim models",
    ),
    "an autoscaler of nothing": (
        wiring.dangling_names,
        lambda objects: spec(objects, "ScaledObject", "worker-gpu")["scaleTargetRef"].update(name="gpu"),
        "ScaledObject worker-gpu: gpu",
    ),
    "a folder without a limit": (
        policy.unbounded_volumes,
        lambda objects: pod(objects)["volumes"][1].update(emptyDir={}),
        "worker-gpu: scratch",
    ),
    "a Service of no pod": (
        wiring.services_without_pods,
        lambda objects: spec(objects, "Service", "api")["selector"].update({NAME: "apis"}),
        "Service api",
    ),
    "a Service's port that no pod has": (
        wiring.services_without_pods,
        lambda objects: spec(objects, "Service", "api")["ports"][0].update(targetPort="https"),
        "Service api",
    ),
    "a pod that may call everybody": (
        wiring.unguarded_pods,
        free_to_call,
        "worker-gpu: Egress",
    ),
    "a namespace that lets everything run": (
        policy.wrong_rooms,
        lambda objects: named(objects, "Namespace", "video-pipeline")["metadata"].pop("labels"),
        "worker-gpu",
    ),
}

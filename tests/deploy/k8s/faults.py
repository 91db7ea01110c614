"""Faults that the rules must find, each injected into the built prod overlay."""

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


def remove_egress_policies(objects: list[Object]) -> None:
    for policy_object in of_kind(objects, "NetworkPolicy"):
        if "Egress" in policy_object["spec"]["policyTypes"]:
            objects.remove(policy_object)


def without(objects: list[Object], kind: str, name: str) -> None:
    objects.remove(named(objects, kind, name))


FAULTS: dict[str, tuple[Rule, Fault, str]] = {
    "an image without a version": (
        policy.unpinned_images,
        lambda objects: container(objects).update(image="video-pipeline-worker-gpu"),
        "worker-gpu: video-pipeline-worker-gpu",
    ),
    "an image with the tag latest": (
        policy.unpinned_images,
        lambda objects: container(objects, "Job", "setup-bucket").update(image="place.example:5000/a:latest"),
        "setup-bucket: place.example:5000/a:latest",
    ),
    "a missing probe": (
        policy.missing_probes,
        lambda objects: container(objects).pop("livenessProbe"),
        "worker-gpu: livenessProbe",
    ),
    "a probe without an action": (
        policy.missing_probes,
        lambda objects: container(objects)["readinessProbe"].pop("httpGet"),
        "worker-gpu: readinessProbe",
    ),
    "memory without a limit": (
        policy.missing_resources,
        lambda objects: container(objects)["resources"]["limits"].pop("memory"),
        "worker-gpu: limits of memory",
    ),
    "a pod that runs as root": (
        policy.loose_security,
        lambda objects: pod(objects)["securityContext"].update(runAsUser=0),
        "worker-gpu: runAsUser",
    ),
    "a writable root file system": (
        policy.loose_security,
        lambda objects: container(objects)["securityContext"].pop("readOnlyRootFilesystem"),
        "worker-gpu: readOnlyRootFilesystem",
    ),
    "an added capability": (
        policy.loose_security,
        lambda objects: container(objects)["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]),
        "worker-gpu: capabilities",
    ),
    "a folder of the node": (
        policy.loose_security,
        lambda objects: pod(objects)["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
        "worker-gpu: hostPath",
    ),
    "a mounted service account token": (
        policy.rights_and_tokens,
        lambda objects: pod(objects).pop("automountServiceAccountToken"),
        "worker-gpu: token",
    ),
    "the account of another workload": (
        policy.rights_and_tokens,
        lambda objects: pod(objects).update(serviceAccountName="api"),
        "worker-gpu: runs as api",
    ),
    "a role binding": (
        policy.rights_and_tokens,
        lambda objects: objects.append({"kind": "RoleBinding", "metadata": {"name": "all"}}),
        "RoleBinding all",
    ),
    "variables made of Services' names": (
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
    "spreading over another workload's pods": (
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
    "a probe of a port that does not exist": (
        wiring.dangling_names,
        lambda objects: container(objects)["ports"].pop(0),
        "worker-gpu: port health",
    ),
    "a volume that does not exist": (
        wiring.dangling_names,
        lambda objects: pod(objects)["volumes"].pop(0),
        "worker-gpu: volume tmp",
    ),
    "a claim that does not exist": (
        wiring.dangling_names,
        lambda objects: without(objects, "PersistentVolumeClaim", "models"),
        "worker-gpu: claim models",
    ),
    "an autoscaler of a Deployment that does not exist": (
        wiring.dangling_names,
        lambda objects: spec(objects, "ScaledObject", "worker-gpu")["scaleTargetRef"].update(name="gpu"),
        "ScaledObject worker-gpu: gpu",
    ),
    "a volume without a size limit": (
        policy.unbounded_volumes,
        lambda objects: pod(objects)["volumes"][1].update(emptyDir={}),
        "worker-gpu: scratch",
    ),
    "a Service without pods": (
        wiring.services_without_pods,
        lambda objects: spec(objects, "Service", "api")["selector"].update({NAME: "apis"}),
        "Service api",
    ),
    "a Service's port that no pod has": (
        wiring.services_without_pods,
        lambda objects: spec(objects, "Service", "api")["ports"][0].update(targetPort="https"),
        "Service api",
    ),
    "a pod without an egress policy": (
        wiring.unguarded_pods,
        remove_egress_policies,
        "worker-gpu: Egress",
    ),
    "a namespace without a security standard": (
        policy.unrestricted_namespaces,
        lambda objects: named(objects, "Namespace", "video-pipeline")["metadata"].pop("labels"),
        "worker-gpu",
    ),
}

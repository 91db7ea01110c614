"""Rules for every pod of the product; each returns the violations in an overlay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.deploy.k8s.manifests import Object, Workload, of_kind, selects, title, workloads

Rule = Callable[[list[Object]], list[str]]
_SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY|DATABASE_URL")
_IMAGE = re.compile(
    r"(?P<name>[^@:]+(?::\d+/[^@:]+)?)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
# Time of uvicorn and the SDK after the drain.
_EXIT_S = 5


def unpinned_images(objects: list[Object]) -> list[str]:
    """Images without a tag or digest, or with the tag `latest`."""
    return [
        f"{load.name}: {container['image']}"
        for load, container in containers(objects)
        if not (image := _IMAGE.fullmatch(container["image"]))
        or image["tag"] == "latest"
        or not (image["tag"] or image["digest"])
    ]


def missing_probes(objects: list[Object]) -> list[str]:
    """Containers without a probe, but for Jobs, which end by themselves."""
    return [
        f"{load.name}: {probe}"
        for load, container in containers(objects)
        if load.kind != "Job"
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        if not {"httpGet", "tcpSocket", "exec", "grpc"} & set(container.get(probe, {}))
    ]


def missing_resources(objects: list[Object]) -> list[str]:
    return [
        f"{load.name}: {bound} of {resource}"
        for load, container in containers(objects)
        for bound in ("requests", "limits")
        for resource in ("cpu", "memory", "ephemeral-storage")
        if resource not in container.get("resources", {}).get(bound, {})
    ]


def loose_security(objects: list[Object]) -> list[str]:
    """Violations of the restricted Pod Security Standard, and writable root file systems."""
    found = []
    for load, container in containers(objects):
        pod, own = load.pod.get("securityContext", {}), container.get("securityContext", {})
        wanted = {
            "runAsNonRoot": pod.get("runAsNonRoot") is True,
            "runAsUser": pod.get("runAsUser", 0) > 0,
            "seccompProfile": pod.get("seccompProfile") == {"type": "RuntimeDefault"},
            "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
            "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
            "capabilities": own.get("capabilities") == {"drop": ["ALL"]},
            "privileged": not own.get("privileged"),
            "host": not {"hostNetwork", "hostPID", "hostIPC"} & set(load.pod),
            "hostPath": not any("hostPath" in volume for volume in load.pod.get("volumes", [])),
        }
        found += [f"{load.name}: {what}" for what, holds in wanted.items() if not holds]
    return found


def rights_and_tokens(objects: list[Object]) -> list[str]:
    """Shared service accounts, tokens in pods, and roles."""
    accounts = {thing["metadata"]["name"]: thing for thing in of_kind(objects, "ServiceAccount")}
    found = [
        title(thing) for thing in of_kind(objects, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    ]
    for load in workloads(objects):
        account = load.pod.get("serviceAccountName", "default")
        if account != load.labels["app.kubernetes.io/name"]:
            found.append(f"{load.name}: runs as {account}")
        given = (load.pod, accounts.get(account, {}))
        if any(each.get("automountServiceAccountToken") is not False for each in given):
            found.append(f"{load.name}: token")
    return found


def variables_of_services(objects: list[Object]) -> list[str]:
    """Pods with service links: Kubernetes would override API_PORT because of the Service `api`."""
    return [load.name for load in workloads(objects) if load.pod.get("enableServiceLinks") is not False]


def unprotected_from_disruption(objects: list[Object]) -> list[str]:
    budgets = of_kind(objects, "PodDisruptionBudget")
    return [
        load.name
        for load in _deployments(objects)
        if sum(selects(budget["spec"]["selector"], load.labels) for budget in budgets) != 1
    ]


def unspread(objects: list[Object]) -> list[str]:
    """Deployments that are not spread over nodes and zones by a selector of their own pods."""
    found = []
    for load in _deployments(objects):
        keys = {
            spread["topologyKey"]
            for spread in load.pod.get("topologySpreadConstraints", [])
            if selects(spread["labelSelector"], load.labels) and spread["labelSelector"].get("matchLabels")
        }
        found += [
            f"{load.name}: {key}"
            for key in ({"kubernetes.io/hostname", "topology.kubernetes.io/zone"} - keys)
        ]
    return sorted(found)


def short_grace(objects: list[Object]) -> list[str]:
    """Pods whose grace period is shorter than their drain."""
    found = []
    for load in workloads(objects):
        drain_s = int(load.environment().get("WORKER_DRAIN", {"value": "0"})["value"])
        hooks = [container.get("lifecycle", {}).get("preStop", {}) for container in load.containers]
        pause_s = max(hook.get("sleep", {}).get("seconds", 0) for hook in hooks)
        if load.pod.get("terminationGracePeriodSeconds", 30) < drain_s + pause_s + _EXIT_S:
            found.append(load.name)
    return found


def secrets_in_the_open(objects: list[Object]) -> list[str]:
    """Secret values in variables or ConfigMaps, instead of references to a Secret."""
    found = [
        f"{load.name}: {name}"
        for load in workloads(objects)
        for name in load.environment()
        if _SECRET_NAME.search(name) and name not in load.secrets()
    ]
    return found + [
        f"{title(thing)}: {name}"
        for thing in of_kind(objects, "ConfigMap")
        for name in thing.get("data", {})
        if _SECRET_NAME.search(name)
    ]


def unbounded_volumes(objects: list[Object]) -> list[str]:
    return [
        f"{load.name}: {volume['name']}"
        for load in workloads(objects)
        for volume in load.pod.get("volumes", [])
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {})
    ]


def unrestricted_namespaces(objects: list[Object]) -> list[str]:
    """Pods in a namespace that does not enforce the restricted standard."""
    levels = {
        space["metadata"]["name"]: space["metadata"]
        .get("labels", {})
        .get("pod-security.kubernetes.io/enforce")
        for space in of_kind(objects, "Namespace")
    }
    return [load.name for load in workloads(objects) if levels.get(load.namespace) != "restricted"]


def containers(objects: list[Object]) -> Iterator[tuple[Workload, Object]]:
    return ((load, container) for load in workloads(objects) for container in load.containers)


def _deployments(objects: list[Object]) -> list[Workload]:
    return [load for load in workloads(objects) if load.kind == "Deployment"]


RULES: tuple[Rule, ...] = (
    unpinned_images,
    missing_probes,
    missing_resources,
    loose_security,
    rights_and_tokens,
    variables_of_services,
    unprotected_from_disruption,
    unspread,
    short_grace,
    secrets_in_the_open,
    unbounded_volumes,
    unrestricted_namespaces,
)

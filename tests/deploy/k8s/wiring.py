"""Rules for references between an overlay's objects: each name must refer to an existing object."""

from __future__ import annotations

from tests.deploy.k8s.manifests import Object, Workload, of_kind, selects, title, workloads
from tests.deploy.k8s.policy import Rule, containers


def dangling_names(objects: list[Object]) -> list[str]:
    """References to ports, volumes, ConfigMaps, claims and scale targets that don't exist."""
    things = {(thing["kind"], thing["metadata"]["name"]) for thing in objects}
    found = []
    for load, container in containers(objects):
        ports = {port["name"] for port in container.get("ports", [])}
        probes = [container.get(f"{kind}Probe", {}) for kind in ("startup", "liveness", "readiness")]
        asked = [probe.get("httpGet", probe.get("tcpSocket", {})).get("port") for probe in probes]
        found += [
            f"{load.name}: port {port}" for port in asked if isinstance(port, str) and port not in ports
        ]
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        volumes = {volume["name"] for volume in load.pod.get("volumes", [])} | _claims(load)
        found += [f"{load.name}: volume {name}" for name in sorted(mounted ^ volumes)]
        found += [
            f"{load.name}: ConfigMap {source['configMapRef']['name']}"
            for source in container.get("envFrom", [])
            if ("ConfigMap", source["configMapRef"]["name"]) not in things
        ]
    for load in workloads(objects):
        for volume in load.pod.get("volumes", []):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            settings = volume.get("configMap", {}).get("name")
            if claim and ("PersistentVolumeClaim", claim) not in things:
                found.append(f"{load.name}: claim {claim}")
            if settings and ("ConfigMap", settings) not in things:
                found.append(f"{load.name}: ConfigMap {settings}")
    for scaler in of_kind(objects, "HorizontalPodAutoscaler", "ScaledObject"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target.get("kind", "Deployment"), target["name"]) not in things:
            found.append(f"{title(scaler)}: {target['name']}")
    return found


def services_without_pods(objects: list[Object]) -> list[str]:
    """Services that don't select the pods of exactly one workload, or name a port that these lack."""
    found = []
    for service in of_kind(objects, "Service"):
        selector = {"matchLabels": service["spec"]["selector"]}
        meant = [load for load in workloads(objects) if selects(selector, load.labels)]
        ports = {port["name"] for load in meant for each in load.containers for port in each.get("ports", [])}
        if len(meant) != 1 or not {port["targetPort"] for port in service["spec"]["ports"]} <= ports:
            found.append(title(service))
    return found


def unguarded_pods(objects: list[Object]) -> list[str]:
    """Pods without a network policy for a direction, which leaves that direction open."""
    policies = of_kind(objects, "NetworkPolicy")
    return [
        f"{load.name}: {direction}"
        for load in workloads(objects)
        for direction in ("Ingress", "Egress")
        if not any(
            policy["metadata"]["namespace"] == load.namespace
            and direction in policy["spec"]["policyTypes"]
            and selects(policy["spec"]["podSelector"], load.labels)
            for policy in policies
        )
    ]


def _claims(load: Workload) -> set[str]:
    return {claim["metadata"]["name"] for claim in load.source["spec"].get("volumeClaimTemplates", [])}


RULES: tuple[Rule, ...] = (dangling_names, services_without_pods, unguarded_pods)

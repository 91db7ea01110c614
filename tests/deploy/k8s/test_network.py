"""Allowed connections: exactly those of the table, for every pair of pods and every port."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.deploy.k8s.manifests import Object, of_kind, workloads
from tests.deploy.k8s.network import Pod, may_call

FRONTEND = Pod(
    "temporal",
    "temporal",
    {"app.kubernetes.io/name": "temporal", "app.kubernetes.io/component": "frontend"},
)
OTHERS = (
    FRONTEND,
    Pod("temporal-db", "temporal", {"cnpg.io/cluster": "temporal-db"}),
    Pod("catalogue", "postgres", {"cnpg.io/cluster": "catalogue"}),
    Pod("dns", "kube-system", {"k8s-app": "kube-dns"}),
    Pod("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Pod("keda", "keda", {"app": "keda-operator"}),
    Pod("operator", "cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}),
    Pod("gateway", "gateway", {"app": "proxy"}),
    Pod("controller", "nginx-ingress", {"app": "controller"}),
    Pod("neighbour", "default", {"app.kubernetes.io/name": "api"}),
)
# Every port that a pod listens on, and some others.
PORTS = (22, 53, 80, 443, 5432, 7233, 8000, 8080, 8081, 9000, 9090, 9187, 9464)
MATTERS = {"video-pipeline", "temporal", "postgres"}

TO_DNS = {("dns", 53)}
PRODUCT = {
    "api": {("catalogue", 5432), ("temporal", 7233)} | TO_DNS,
    "worker-cpu": {("catalogue", 5432), ("temporal", 7233)} | TO_DNS,
    "worker-gpu": {("temporal", 7233)} | TO_DNS,
    "setup": {("catalogue", 5432), ("temporal", 7233)} | TO_DNS,
    "prometheus": {
        *(("api", 8000), ("worker-cpu", 9464), ("worker-gpu", 9464)),
        *(("temporal", 9090), ("catalogue", 9187)),
    },
    "keda": {("temporal", 7233)},
    "operator": {("catalogue", 5432), ("catalogue", 8000), ("temporal-db", 5432), ("temporal-db", 8000)},
    # Their egress is not restricted; see k8s/platform.
    **{key: {("dns", port) for port in PORTS} for key in ("temporal", "temporal-db", "catalogue")},
}
FRONT = {"front": {("api", 8000)} | TO_DNS}
STORE = {
    name: PRODUCT[name] | {("object-store", 9000)} for name in ("api", "worker-cpu", "worker-gpu", "setup")
}
TABLES = {
    "dev": PRODUCT | STORE | {"object-store": TO_DNS},
    "ingress": PRODUCT | FRONT | {"controller": {("front", 8080)}},
    "prod": PRODUCT | FRONT | {"gateway": {("front", 8080)}},
}


def pods(objects: list[Object]) -> list[Pod]:
    named = {load.labels["app.kubernetes.io/name"]: load for load in workloads(objects)}
    return [Pod(name, load.namespace, load.labels) for name, load in named.items()]


@pytest.mark.parametrize("name", TABLES)
def test_each_edge_is_open_at_both_ends_and_no_other_is(built: Mapping[str, list[Object]], name: str) -> None:
    policies = of_kind(built[name] + built["platform"], "NetworkPolicy")
    everybody = [*pods(built[name]), *OTHERS]

    open_edges: dict[str, set[tuple[str, int]]] = {}
    for source in everybody:
        for target in everybody:
            # Connections inside Temporal's and PostgreSQL's namespaces are not the product's matter.
            ours = MATTERS & {source.namespace, target.namespace} and source.namespace != target.namespace
            if source is target or not (ours or source.namespace == "video-pipeline"):
                continue
            for port in PORTS:
                if may_call(policies, source, target, port) and target.namespace in MATTERS | {"kube-system"}:
                    open_edges.setdefault(source.name, set()).add((target.name, port))

    assert open_edges == TABLES[name]


@pytest.mark.parametrize("name", ["ingress", "prod"])
def test_only_public_addresses_are_reached_and_only_by_the_pods_that_need_them(
    built: Mapping[str, list[Object]], name: str
) -> None:
    policies = of_kind(built[name], "NetworkPolicy")
    public = ("93.184.215.14", "2606:2800:21f::14")
    private = ("10.1.2.3", "172.20.0.1", "192.168.1.1", "100.64.0.9", "fd00::1", "64:ff9b::a00:1")
    own_machine = ("127.0.0.1", "169.254.169.254", "fe80::1")

    reached = {
        pod.name: {
            (to, port)
            for to in (*public, *private, *own_machine)
            for port in (22, 25, 80, 443, 8443)
            if may_call(policies, pod, to, port)
        }
        for pod in pods(built[name])
    }

    assert reached == {
        "api": {(to, 443) for to in public},
        "worker-cpu": {(to, port) for to in public for port in (80, 443, 8443)},
        "worker-gpu": {(to, 443) for to in public},
        "setup": {(to, 443) for to in public},
        "front": set(),
    }


def test_dns_is_reachable_by_udp_too(built: Mapping[str, list[Object]]) -> None:
    policies = of_kind(built["prod"], "NetworkPolicy")
    dns = next(pod for pod in OTHERS if pod.name == "dns")

    assert all(may_call(policies, pod, dns, 53, "UDP") for pod in pods(built["prod"]))


def test_a_connection_that_one_end_forbids_is_not_allowed(built: Mapping[str, list[Object]]) -> None:
    policies = of_kind(built["prod"] + built["platform"], "NetworkPolicy")
    api = next(pod for pod in pods(built["prod"]) if pod.name == "api")

    def without(gone: str) -> bool:
        kept = [each for each in policies if each["metadata"]["name"] != gone]
        return may_call(kept, api, FRONTEND, 7233)

    assert may_call(policies, api, FRONTEND, 7233)
    assert not without("to-temporal")
    assert not without("frontend-from-product")

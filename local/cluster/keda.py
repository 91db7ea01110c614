"""KEDA's operator and metrics server beside a trial cluster: start, registration and options."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from local.cluster.control_plane import HOST, Cluster
from local.cluster.identity import KEDA_METRICS_NAME, KEDA_OPERATOR_NAME, Identity
from local.cluster.kubectl import Manifest
from local.ports import free_ports
from local.programs import answers

NAMESPACE = "keda"
_API = "v1beta1.external.metrics.k8s.io"


@dataclass(frozen=True)
class Ports:
    grpc: int
    health: int
    operator_metrics: int
    adapter: int
    # KEDA's metrics server listens here on every address of the machine, without an option to change it.
    adapter_metrics: int


def start_keda(cluster: Cluster, operator: Path, adapter: Path) -> None:
    """Start both servers, and wait until the cluster gets metrics from them."""
    ports = Ports(*free_ports(HOST, 5))
    identity = cluster.identity
    environment = {
        "KUBECONFIG": str(identity.kubeconfig_path),
        "POD_NAMESPACE": NAMESPACE,
        "KEDA_CLUSTER_OBJECT_NAMESPACE": NAMESPACE,
        "WATCH_NAMESPACE": "",
    }
    cluster.kubectl.require_accepted(registration(ports.adapter, identity.authority_path.read_bytes()))
    cluster.processes.start(
        "keda-operator",
        operator_argv(operator, identity, ports),
        lambda: answers(f"http://{HOST}:{ports.health}/readyz"),
        environment,
    )
    cluster.processes.start(
        "keda-adapter",
        adapter_argv(adapter, identity, ports),
        lambda: cluster.kubectl.answers(
            "wait", "--for=condition=Available", f"apiservice/{_API}", "--timeout=1s"
        ),
        environment,
    )


def registration(port: int, authority: bytes) -> list[Manifest]:
    """Objects that KEDA's installation registers, with a service that points to this machine."""
    name = KEDA_METRICS_NAME.split(".")[0]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": NAMESPACE},
            # A loopback address may not be an endpoint; a name may resolve to it.
            "spec": {"type": "ExternalName", "externalName": "localhost"},
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": _API},
            "spec": {
                "group": "external.metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "service": {"name": name, "namespace": NAMESPACE, "port": port},
                "caBundle": base64.b64encode(authority).decode(),
            },
        },
    ]


def operator_argv(program: Path, identity: Identity, ports: Ports) -> list[str]:
    return [
        str(program),
        f"--metrics-service-bind-address={HOST}:{ports.grpc}",
        f"--health-probe-bind-address={HOST}:{ports.health}",
        f"--metrics-bind-address={HOST}:{ports.operator_metrics}",
        f"--cert-dir={identity.folder}",
        "--zap-encoder=console",
        "--zap-time-encoding=rfc3339",
    ]


def adapter_argv(program: Path, identity: Identity, ports: Ports) -> list[str]:
    kubeconfig = identity.kubeconfig_path
    return [
        str(program),
        f"--bind-address={HOST}",
        f"--secure-port={ports.adapter}",
        f"--tls-cert-file={identity.certificate_path('tls')}",
        f"--tls-private-key-file={identity.key_path('tls')}",
        f"--client-ca-file={identity.authority_path}",
        f"--cert-dir={identity.folder}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--lister-kubeconfig={kubeconfig}",
        f"--metrics-service-address={HOST}:{ports.grpc}",
        f"--metrics-service-grpc-authority={KEDA_OPERATOR_NAME}",
        f"--port={ports.adapter_metrics}",
    ]

"""Control plane of a trial cluster: its processes, their options and their readiness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.cluster.identity import Identity, make_identity
from local.cluster.kubectl import Kubectl, Manifest
from local.cluster.processes import Processes
from local.cluster.programs import ClusterPrograms
from local.ports import free_ports
from local.programs import answers

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    etcd: int
    etcd_peers: int
    api_server: int
    controller_manager: int
    scheduler: int
    kwok: int


@dataclass(frozen=True)
class Cluster:
    """A running control plane; `processes` owns its processes."""

    kubectl: Kubectl
    identity: Identity
    processes: Processes

    def add_nodes(self, nodes: Sequence[Manifest]) -> None:
        """Add nodes and wait until they are ready. Their capacity is in the status, a separate request."""
        self.kubectl.require_accepted(nodes)
        self.kubectl.require_accepted(nodes, "--subresource=status")
        self.kubectl.ask("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")


@contextmanager
def control_plane(programs: ClusterPrograms, stages: Sequence[Path], folder: Path) -> Iterator[Cluster]:
    """etcd, API server, controllers and scheduler; they run inside the context.

    Nodes and pods are simulated by kwok, according to `stages`.
    """
    ports = Ports(*free_ports(HOST, 6))
    identity = make_identity(folder / "identity")
    server = f"https://{HOST}:{ports.api_server}"
    identity.write_kubeconfig(server)
    kubectl = Kubectl(programs.kubectl, identity.kubeconfig_path)
    with Processes(folder) as processes:
        processes.start("etcd", etcd(programs, folder, ports), lambda: answers(_etcd_health(ports)))
        processes.start(
            "kube-apiserver",
            api_server(programs, identity, ports),
            lambda: kubectl.answers("get", "--raw", "/readyz"),
        )
        processes.start(
            "kube-controller-manager",
            controller_manager(programs, identity, ports),
            # The controller manager creates this account first.
            lambda: kubectl.answers("get", "serviceaccount", "default", "--namespace=default"),
        )
        processes.start("kube-scheduler", scheduler(programs, identity, ports), lambda: True)
        processes.start("kwok", kwok(programs, identity, stages, ports), lambda: True)
        yield Cluster(kubectl, identity, processes)


def _etcd_health(ports: Ports) -> str:
    return f"http://{HOST}:{ports.etcd}/health"


def etcd(programs: ClusterPrograms, folder: Path, ports: Ports) -> list[str]:
    clients, peers = f"http://{HOST}:{ports.etcd}", f"http://{HOST}:{ports.etcd_peers}"
    return [
        str(programs.etcd),
        f"--data-dir={folder / 'etcd-data'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        # The data of a trial need not survive a power cut.
        "--unsafe-no-fsync",
    ]


def api_server(programs: ClusterPrograms, identity: Identity, ports: Ports) -> list[str]:
    return [
        str(programs.api_server),
        f"--etcd-servers=http://{HOST}:{ports.etcd}",
        f"--bind-address={HOST}",
        f"--secure-port={ports.api_server}",
        f"--tls-cert-file={identity.certificate_path('tls')}",
        f"--tls-private-key-file={identity.key_path('tls')}",
        f"--client-ca-file={identity.authority_path}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={identity.accounts_key_path}",
        f"--service-account-signing-key-file={identity.accounts_key_path}",
        "--service-cluster-ip-range=10.96.0.0/16",
        # The address of a loopback interface is refused as the endpoint of a service.
        "--endpoint-reconciler-type=none",
        # Its identity towards the servers of aggregated APIs, such as KEDA's metrics.
        f"--requestheader-client-ca-file={identity.authority_path}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={identity.certificate_path('front-proxy')}",
        f"--proxy-client-key-file={identity.key_path('front-proxy')}",
    ]


def controller_manager(programs: ClusterPrograms, identity: Identity, ports: Ports) -> list[str]:
    return [
        str(programs.controller_manager),
        f"--kubeconfig={identity.kubeconfig_path}",
        f"--bind-address={HOST}",
        f"--secure-port={ports.controller_manager}",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={identity.accounts_key_path}",
        f"--root-ca-file={identity.authority_path}",
        # On a busy machine heartbeats are late; the nodes must not count as lost.
        "--node-monitor-grace-period=300s",
    ]


def scheduler(programs: ClusterPrograms, identity: Identity, ports: Ports) -> list[str]:
    return [
        str(programs.scheduler),
        f"--kubeconfig={identity.kubeconfig_path}",
        f"--bind-address={HOST}",
        f"--secure-port={ports.scheduler}",
        "--leader-elect=false",
    ]


def kwok(programs: ClusterPrograms, identity: Identity, stages: Sequence[Path], ports: Ports) -> list[str]:
    return [
        str(programs.kwok),
        f"--kubeconfig={identity.kubeconfig_path}",
        "--manage-all-nodes",
        # Without a lease its nodes would send no heartbeat.
        "--node-lease-duration-seconds=40",
        f"--server-address={HOST}:{ports.kwok}",
        *(f"--config={stage}" for stage in stages),
    ]

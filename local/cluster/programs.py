"""Programs of a trial cluster, and the Go modules that they are built from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.settings import REPOSITORY_PATH
from local.tool_list import TEMPORAL, GoTool, ModuleTool, PackagedTool, Tool
from local.tools import Toolbox

MODULES_PATH = REPOSITORY_PATH / "deploy" / "cluster"

# Without it the server reports v0.0.0, which misleads clients that ask for its version.
_VERSION = "-X k8s.io/component-base/version.git"
_KUBERNETES_FLAGS = f"{_VERSION}Version=v1.34.2 {_VERSION}Major=1 {_VERSION}Minor=34"


def _kubernetes(name: str, minutes: int) -> ModuleTool:
    package = f"k8s.io/kubernetes/cmd/{name}"
    return ModuleTool(name, package, MODULES_PATH / "kubernetes", minutes, _KUBERNETES_FLAGS)


ETCD = ModuleTool("etcd", "go.etcd.io/etcd/server/v3", MODULES_PATH / "etcd", minutes=1)
API_SERVER = _kubernetes("kube-apiserver", minutes=10)
# The rest shares most of its packages with the API server.
CONTROLLER_MANAGER = _kubernetes("kube-controller-manager", minutes=3)
SCHEDULER = _kubernetes("kube-scheduler", minutes=1)
KUBECTL = _kubernetes("kubectl", minutes=1)
KWOK = GoTool("kwok", "sigs.k8s.io/kwok/cmd/kwok", "v0.8.0", minutes=3)
KEDA_OPERATOR = ModuleTool(
    "keda-operator", "github.com/kedacore/keda/v2/cmd/operator", MODULES_PATH / "keda", minutes=15
)
KEDA_ADAPTER = ModuleTool(
    "keda-adapter", "github.com/kedacore/keda/v2/cmd/adapter", MODULES_PATH / "keda", minutes=2
)
PROMETHEUS = PackagedTool("prometheus", "prometheus", unpacked=True)

CLUSTER_TOOLS: tuple[Tool, ...] = (ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER, KUBECTL, KWOK)
SCALING_TOOLS: tuple[Tool, ...] = (*CLUSTER_TOOLS, KEDA_OPERATOR, KEDA_ADAPTER, PROMETHEUS, TEMPORAL)


@dataclass(frozen=True)
class ClusterPrograms:
    """Paths of a cluster's programs."""

    etcd: Path
    api_server: Path
    controller_manager: Path
    scheduler: Path
    kubectl: Path
    kwok: Path


def cluster_programs(toolbox: Toolbox) -> ClusterPrograms:
    """Look up the programs. Raises `ToolNotFound` when one is not installed."""
    return ClusterPrograms(
        etcd=toolbox.require(ETCD),
        api_server=toolbox.require(API_SERVER),
        controller_manager=toolbox.require(CONTROLLER_MANAGER),
        scheduler=toolbox.require(SCHEDULER),
        kubectl=toolbox.require(KUBECTL),
        kwok=toolbox.require(KWOK),
    )

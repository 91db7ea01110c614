"""Files of other projects that a trial needs, downloaded as Go modules."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.cluster.kubectl import Kubectl
from local.faults import ToolNotFound


@dataclass(frozen=True)
class ModuleFiles:
    """Files of a Go module; each of `paths` is a file, a folder or a kustomization."""

    module: str
    version: str
    paths: tuple[str, ...]

    def folders(self) -> list[Path]:
        """Paths of the files; downloads the module if needed."""
        go = shutil.which("go")
        if go is None:
            raise ToolNotFound(f"Go is not installed; it downloads {self.module}: install it from go.dev.")
        # The module is read, not built.
        argv = [go, "mod", "download", "-json", f"{self.module}@{self.version}"]
        done = subprocess.run(
            argv, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        answer = json.loads(done.stdout or "{}")
        if "Dir" not in answer or "Error" in answer:
            raise ToolNotFound(f"{self.module} {self.version}: {answer.get('Error') or done.stderr.strip()}")
        return [Path(answer["Dir"]) / path for path in self.paths]


CUSTOM_KINDS = (
    ModuleFiles("github.com/kedacore/keda/v2", "v2.21.0", ("config/crd",)),
    ModuleFiles("github.com/cert-manager/cert-manager", "v1.21.2", ("deploy/crds",)),
    # Go 1.26 refuses newer ones.
    ModuleFiles("sigs.k8s.io/gateway-api", "v1.6.3", ("config/crd",)),
    ModuleFiles(
        "github.com/prometheus-operator/prometheus-operator", "v0.85.0", ("example/prometheus-operator-crd",)
    ),
)
# Stages of simulated nodes and pods: initialised, ready, complete, deleted.
STAGES = ModuleFiles(
    "sigs.k8s.io/kwok",
    "v0.8.0",
    tuple(
        f"kustomize/stage/{name}.yaml"
        for name in ("node/fast/node-initialize", "pod/fast/pod-ready", "pod/fast/pod-complete",
                     "pod/fast/pod-delete")
    ),
)  # fmt: skip


def add_custom_kinds(kubectl: Kubectl) -> None:
    """Install the custom resource definitions of every add-on that the manifests use."""
    for files in CUSTOM_KINDS:
        for folder in files.folders():
            form = "-k" if (folder / "kustomization.yaml").exists() else "-f"
            # A server-side apply: the largest don't fit into the annotation of a client-side one.
            kubectl.ask("apply", "--server-side", form, str(folder))
    kubectl.ask("wait", "--for=condition=Established", "crd", "--all", "--timeout=120s")

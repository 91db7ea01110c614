"""Commands behind `make k8s-apiserver` and `make k8s-scaling`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from local.__main__ import main
from local.cluster.acceptance import Acceptance
from local.cluster.broken_manifests import require_rejections
from local.cluster.control_plane import Cluster, control_plane
from local.cluster.keda import start_keda
from local.cluster.kubectl import Manifest
from local.cluster.modules import STAGES, add_custom_kinds
from local.cluster.nodes import nodes, volumes_for
from local.cluster.overlays import secret, variants
from local.cluster.programs import (
    CLUSTER_TOOLS,
    KEDA_ADAPTER,
    KEDA_OPERATOR,
    PROMETHEUS,
    SCALING_TOOLS,
    cluster_programs,
)
from local.cluster.scaling_trial import ScalingTrial
from local.cluster.sources import Sources
from local.cluster.trial_scaled_object import differences, for_trial
from local.settings import REPOSITORY_PATH
from local.tool_list import TEMPORAL, Tool
from local.tools import Toolbox

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

MANIFESTS_PATH = REPOSITORY_PATH / "k8s"


@app.command()
def accept(only: str = "") -> None:
    """Try every overlay and component on a real API server; `only` names one, such as overlays/prod."""
    with _cluster(CLUSTER_TOOLS) as (cluster, folder):
        require_rejections(cluster.kubectl)
        acceptance = Acceptance(cluster)
        verdicts = []
        for variant in variants(MANIFESTS_PATH, folder / "k8s"):
            if only and variant.name != only:
                continue
            started_s = time.monotonic()
            verdict = acceptance.try_variant(variant)
            verdicts.append(verdict)
            state = "refused or not ready" if verdict.findings else "accepted, applied and ready"
            took_s = time.monotonic() - started_s
            print(f"{variant.name:26} {verdict.objects:3} objects  {state} ({took_s:.0f} s)")
            for finding in verdict.findings:
                print(f"    {finding}")
    if not verdicts or any(verdict.findings for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def scale() -> None:
    """Let KEDA scale worker-gpu by a real Temporal's queue: up, unchanged while it works, down again."""
    with _cluster(SCALING_TOOLS) as (cluster, folder):
        toolbox = Toolbox()
        temporal, prometheus = toolbox.require(TEMPORAL), toolbox.require(PROMETHEUS)
        sources = Sources(cluster.processes, temporal, prometheus, folder)
        sources.start()
        start_keda(cluster, toolbox.require(KEDA_OPERATOR), toolbox.require(KEDA_ADAPTER))
        copied_path = folder / "k8s"
        copied = variants(MANIFESTS_PATH, copied_path)
        prod = next(variant for variant in copied if variant.name == "overlays/prod")
        objects = cluster.kubectl.build(prod.folder)
        cluster.kubectl.require_accepted(volumes_for(objects))
        namespaces = [entry for entry in objects if entry["kind"] == "Namespace"]
        # The installation's Secret: KEDA reads it as its targets do, or makes no autoscaler.
        cluster.kubectl.require_accepted([*namespaces, secret(copied_path / "overlays" / "dev")])
        cluster.kubectl.require_accepted(_with_trial_addresses(objects, sources))
        ScalingTrial(cluster.kubectl, sources, print).run()
    print("Every step was reached.")


def _with_trial_addresses(objects: Sequence[Manifest], sources: Sources) -> list[Manifest]:
    """The objects as a trial applies them; prints its changes."""
    changed = []
    for entry in objects:
        if entry["kind"] == "ScaledObject":
            changed.append(for_trial(entry, sources.temporal.address, sources.prometheus_url))
            print(f"For this trial, in the ScaledObject {entry['metadata']['name']}:")
            print("".join(f"  {line}\n" for line in differences(entry, changed[-1])), end="")
        else:
            changed.append(entry)
    return changed


@contextmanager
def _cluster(tools: tuple[Tool, ...]) -> Iterator[tuple[Cluster, Path]]:
    """Control plane with nodes and every custom resource definition, in a temporary folder."""
    toolbox = Toolbox()
    toolbox.install(tools, print)
    stages = STAGES.folders()
    with tempfile.TemporaryDirectory(prefix="video-pipeline-cluster-") as name:
        folder = Path(name)
        with control_plane(cluster_programs(toolbox), stages, folder) as cluster:
            print("The API server, controllers and scheduler are real; nodes and pods are simulated.")
            add_custom_kinds(cluster.kubectl)
            cluster.add_nodes(nodes())
            yield cluster, folder


if __name__ == "__main__":
    main(app)

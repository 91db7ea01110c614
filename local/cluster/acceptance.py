"""Acceptance of a variant of the manifests: by a real API server, and by controllers that make it ready."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.cluster.control_plane import Cluster
from local.cluster.kubectl import Answer, Manifest
from local.cluster.nodes import volumes_for
from local.cluster.overlays import Variant
from local.cluster.rollout import unready

_READY_WITHIN_S = 240
_WATCHED_KINDS = "deployments,statefulsets,jobs,persistentvolumeclaims,horizontalpodautoscalers"


@dataclass
class Verdict:
    """Findings about one variant; none when it is accepted and ready."""

    variant: str
    objects: int = 0
    findings: list[str] = field(default_factory=list)

    def add(self, step: str, answer: Answer) -> None:
        self.findings += [f"{step}: refused: {line}" for line in answer.refusals]
        self.findings += [f"{step}: warning: {line}" for line in answer.warnings]


class Acceptance:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._kubectl = cluster.kubectl

    def try_variant(self, variant: Variant) -> Verdict:
        """Apply a variant as a dry run, then really; remove it when it is ready."""
        verdict = Verdict(variant.name)
        objects = self._kubectl.build(variant.folder)
        verdict.objects = len(objects)
        namespaces = [entry for entry in objects if entry["kind"] == "Namespace"]
        # A server checks namespaced objects only when the namespace exists.
        verdict.add("namespaces", self._kubectl.send(namespaces))
        verdict.add("dry run", self._kubectl.send(objects, "--dry-run=server"))
        if not verdict.findings:
            self._apply(verdict, objects)
        self._remove(namespaces)
        return verdict

    def _apply(self, verdict: Verdict, objects: Sequence[Manifest]) -> None:
        self._kubectl.require_accepted(volumes_for(objects))
        verdict.add("apply", self._kubectl.send(objects))
        deadline_s = time.monotonic() + _READY_WITHIN_S
        # In all namespaces: the watched kinds are the variant's only.
        while missing := unready(self._kubectl.get(_WATCHED_KINDS, "--all-namespaces")["items"]):
            self._cluster.processes.require_running()
            if time.monotonic() > deadline_s:
                verdict.findings += [f"after {_READY_WITHIN_S} s: {line}" for line in missing]
                verdict.findings += [f"event: {line}" for line in self._warnings()]
                return
            time.sleep(1)
        # As an upgrade does; a second apply may not reset anything that runs.
        verdict.add("apply again", self._kubectl.send(objects))
        again = unready(self._kubectl.get(_WATCHED_KINDS, "--all-namespaces")["items"])
        verdict.findings += [f"after the second apply: {line}" for line in again]

    def _warnings(self) -> list[str]:
        events = self._kubectl.get("events", "--all-namespaces", "--field-selector=type=Warning")["items"]
        return sorted({f"{event['involvedObject']['name']}: {event['message']}" for event in events})

    def _remove(self, namespaces: Sequence[Manifest]) -> None:
        names = [entry["metadata"]["name"] for entry in namespaces]
        self._kubectl.ask("delete", "namespace", "--ignore-not-found", "--timeout=180s", *names)
        self._kubectl.ask("delete", "persistentvolumes", "--all", "--timeout=180s")

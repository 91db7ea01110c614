"""Whether the server of a trial sees faults: each of a few broken objects must be refused, or warned of."""

from __future__ import annotations

from local.cluster.kubectl import Kubectl, Manifest
from local.faults import LocalFault

_NAMESPACE = "canaries"


class ServerBlind(LocalFault):
    """A server that takes a broken object says nothing by taking the others."""


def require_watchful(kubectl: Kubectl) -> None:
    """Raise `ServerBlind` if a broken object passes."""
    level = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    kubectl.require_accepted([_object("v1", "Namespace", _NAMESPACE, {}, labels=level)])
    for said, broken in _broken().items():
        answer = kubectl.send([broken], "--dry-run=server")
        if not any(said in line for line in (*answer.refusals, *answer.warnings)):
            raise ServerBlind(
                f"A broken {broken['kind']} passed; the server should have said {said!r}: {answer}"
            )
    kubectl.ask("delete", "namespace", _NAMESPACE, "--timeout=120s")


def _broken() -> dict[str, Manifest]:
    """What the server must say of each."""
    return {
        '"replicaz"': _deployment(replicaz=3),
        'violate PodSecurity "restricted': _deployment(),
        '"triggers"': _object(
            "keda.sh/v1alpha1", "ScaledObject", "no-triggers", {"scaleTargetRef": {"name": "a"}}
        ),
        '"secretName"': _object(
            "cert-manager.io/v1", "Certificate", "no-secret", {"issuerRef": {"name": "public"}}
        ),
    }


def _deployment(**more: object) -> Manifest:
    """One whose pods run as root."""
    labels = {"canary": "yes"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "canary", "image": "canary:1"}]},
    }
    return _object(
        "apps/v1", "Deployment", "canary", {"selector": {"matchLabels": labels}, "template": template, **more}
    )


def _object(
    version: str, kind: str, name: str, spec: dict[str, object], labels: dict[str, str] | None = None
) -> Manifest:
    metadata: Manifest = {"name": name, "labels": labels or {}}
    if kind != "Namespace":
        metadata["namespace"] = _NAMESPACE
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

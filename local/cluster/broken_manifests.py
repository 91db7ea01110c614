"""Self-test of a trial's server: it must refuse, or warn of, each of a few broken manifests."""

from __future__ import annotations

from local.cluster.kubectl import Kubectl, Manifest
from local.faults import LocalFault

_NAMESPACE = "broken-manifests"


class BrokenManifestAccepted(LocalFault):
    """The server accepted a broken manifest, so its acceptance of others proves nothing."""


def require_rejections(kubectl: Kubectl) -> None:
    """Raise `BrokenManifestAccepted` when the server accepts a broken manifest without a warning."""
    level = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    kubectl.require_accepted([_object("v1", "Namespace", _NAMESPACE, {}, labels=level)])
    for expected, broken in _broken().items():
        answer = kubectl.send([broken], "--dry-run=server")
        if not any(expected in line for line in (*answer.refusals, *answer.warnings)):
            raise BrokenManifestAccepted(
                f"The server accepted a broken {broken['kind']}; expected was {expected!r}: {answer}"
            )
    kubectl.ask("delete", "namespace", _NAMESPACE, "--timeout=120s")


def _broken() -> dict[str, Manifest]:
    """Broken manifests by the text that the server's refusal or warning must contain."""
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
    """A Deployment whose pods run as root."""
    labels = {"broken": "yes"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "broken", "image": "broken:1"}]},
    }
    return _object(
        "apps/v1", "Deployment", "broken", {"selector": {"matchLabels": labels}, "template": template, **more}
    )


def _object(
    version: str, kind: str, name: str, spec: dict[str, object], labels: dict[str, str] | None = None
) -> Manifest:
    metadata: Manifest = {"name": name, "labels": labels or {}}
    if kind != "Namespace":
        metadata["namespace"] = _NAMESPACE
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

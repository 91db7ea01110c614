"""Each claim of the manifests gets a matching volume."""

from __future__ import annotations

from typing import Any

from local.cluster.nodes import volumes_for

SPEC = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "20Gi"}}}


def test_a_claim_gets_a_volume_of_its_size_that_is_reserved_for_it() -> None:
    claim: dict[str, Any] = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "models", "namespace": "video-pipeline"},
        "spec": SPEC,
    }

    (volume,) = volumes_for([claim])

    assert volume["spec"]["capacity"] == {"storage": "20Gi"}
    assert volume["spec"]["accessModes"] == ["ReadWriteMany"]
    assert volume["spec"]["claimRef"] == {"namespace": "video-pipeline", "name": "models"}


def test_each_pod_of_a_stateful_set_gets_a_volume() -> None:
    stateful: dict[str, Any] = {
        "kind": "StatefulSet",
        "metadata": {"name": "object-store", "namespace": "video-pipeline"},
        "spec": {"replicas": 2, "volumeClaimTemplates": [{"metadata": {"name": "objects"}, "spec": SPEC}]},
    }

    names = [volume["spec"]["claimRef"]["name"] for volume in volumes_for([stateful])]

    assert names == ["objects-object-store-0", "objects-object-store-1"]

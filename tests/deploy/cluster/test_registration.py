"""The cluster reaches KEDA's metrics on this machine, by the name in its certificate."""

from __future__ import annotations

import base64

from local.cluster.keda import registration


def test_the_metrics_api_leads_to_the_port_on_this_machine_and_trusts_the_trials_authority() -> None:
    registered = {entry["kind"]: entry for entry in registration(6443, b"authority")}

    service, api = registered["Service"], registered["APIService"]
    assert api["metadata"]["name"] == "v1beta1.external.metrics.k8s.io"
    assert api["spec"]["service"] == {"namespace": "keda", "name": "keda-metrics-apiserver", "port": 6443}
    assert base64.b64decode(api["spec"]["caBundle"]) == b"authority"
    assert service["metadata"] == {"name": "keda-metrics-apiserver", "namespace": "keda"}
    assert service["spec"] == {"type": "ExternalName", "externalName": "localhost"}

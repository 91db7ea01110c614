"""Schemas of the custom kinds in use, stored for the tests without their descriptions.

Run as `python -m tests.deploy.k8s.trim_crds` after a change of a version; Go fetches the modules.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

CRDS_PATH = Path(__file__).with_name("crds")
_MODULES = {
    "github.com/kedacore/keda/v2@v2.21.0": ("config/crd/bases/keda.sh_scaledobjects.yaml",),
    "github.com/cert-manager/cert-manager@v1.21.2": ("deploy/crds/cert-manager.io_certificates.yaml",),
    "sigs.k8s.io/gateway-api@v1.7.0": (
        "config/crd/standard/gateway.networking.k8s.io_gateways.yaml",
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
    # Its newest version that is a Go module.
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
}


def main() -> None:
    for module, paths in _MODULES.items():
        # A module that requires a newer Go is fetched too, with a failing exit code.
        done = subprocess.run(
            ["go", "mod", "download", "-json", module], capture_output=True, text=True, check=False
        )
        fetched = json.loads(done.stdout)
        if "Zip" not in fetched:
            sys.exit(f"{module} can't be fetched: {fetched['Error']}")
        with ZipFile(fetched["Zip"]) as files:
            for path in paths:
                _retain(yaml.safe_load(files.read(f"{module}/{path}")), f"{module}/{path}")


def _retain(crd: dict[str, Any], source: str) -> None:
    kind = crd["spec"]["names"]["kind"]
    versions = {
        f"{crd['spec']['group']}/{version['name']}": _trimmed(version["schema"]["openAPIV3Schema"])
        for version in crd["spec"]["versions"]
        if version["storage"]
    }
    kept = {"source": source, "kind": kind, "versions": versions}
    (CRDS_PATH / f"{kind.lower()}.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")


def _trimmed(schema: Any) -> Any:
    """The schema without descriptions; a property named `description` stays."""
    if isinstance(schema, dict):
        return {
            name: _trimmed(value)
            for name, value in schema.items()
            if not (name == "description" and isinstance(value, str))
        }
    return [_trimmed(part) for part in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    main()

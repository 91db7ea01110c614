"""Variants of the manifests for a trial: the platform, each overlay, each component on the bare base."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from local.cluster.kubectl import Manifest


@dataclass(frozen=True)
class Variant:
    """A kustomization that can be built."""

    name: str
    folder: Path


def variants(manifests_path: Path, copy_path: Path) -> list[Variant]:
    """Copy the manifests, fill in the example secrets there, and list the variants."""
    shutil.copytree(manifests_path, copy_path)
    for example in copy_path.rglob("*.env.example"):
        # The keys that a person fills in; empty values are valid for the server.
        shutil.copyfile(example, example.with_suffix(""))
    found = [Variant("platform", copy_path / "platform")]
    found += [
        Variant(f"overlays/{folder.name}", folder) for folder in sorted((copy_path / "overlays").iterdir())
    ]
    for component in sorted((copy_path / "components").iterdir()):
        folder = copy_path / "trials" / component.name
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(json.dumps(component_trial(component.name)))
        found.append(Variant(f"components/{component.name}", folder))
    return found


def secret(overlay_path: Path) -> Manifest:
    """The product's Secret, with the keys of an overlay's `secret.env`."""
    lines = (overlay_path / "secret.env").read_text().splitlines()
    keys = [line.split("=")[0] for line in lines if line and not line.startswith("#")]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "video-pipeline", "namespace": "video-pipeline"},
        "stringData": dict.fromkeys(keys, "of a trial"),
    }


def component_trial(component: str) -> dict[str, object]:
    """The base with one component."""
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["../../base"],
        "components": [f"../../components/{component}"],
    }

"""Which variants of the manifests are tried: the platform, each overlay, each component on the bare base."""

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
    """They lie in a copy of the manifests, so that what an installation adds can be added there."""
    shutil.copytree(manifests_path, copy_path)
    for example in copy_path.rglob("*.env.example"):
        # What a person fills in; for the server a filled value and an empty one are alike.
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

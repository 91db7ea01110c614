"""A trial covers everything in k8s/, and changes only addresses and waits."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from local.cluster.overlays import secret, variants
from local.cluster.trial_scaled_object import differences, for_trial
from local.settings import REPOSITORY_PATH

MANIFESTS_PATH = REPOSITORY_PATH / "k8s"


def test_every_overlay_and_component_is_a_variant_that_can_be_built(tmp_path: Path) -> None:
    tried = variants(MANIFESTS_PATH, tmp_path / "k8s")

    folders = [path for kind in ("overlays", "components") for path in (MANIFESTS_PATH / kind).iterdir()]
    wanted = {f"{path.parent.name}/{path.name}" for path in folders}
    assert {variant.name for variant in tried} == {"platform", *wanted}
    assert all((variant.folder / "kustomization.yaml").exists() for variant in tried)


def test_a_component_is_tried_on_the_bare_base(tmp_path: Path) -> None:
    tried = {variant.name: variant.folder for variant in variants(MANIFESTS_PATH, tmp_path / "k8s")}

    content = json.loads((tried["components/gpu"] / "kustomization.yaml").read_text())

    assert content["resources"] == ["../../base"]
    assert content["components"] == ["../../components/gpu"]
    assert (tried["components/gpu"] / "../../components/gpu/kustomization.yaml").exists()


def test_the_trials_secret_has_every_key_that_an_installation_fills_in(tmp_path: Path) -> None:
    variants(MANIFESTS_PATH, tmp_path / "k8s")

    made = secret(tmp_path / "k8s" / "overlays" / "dev")

    assert set(made["stringData"]) >= {"DATABASE_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY"}


def test_a_scaling_trial_changes_only_addresses_and_waits() -> None:
    scaled = yaml.safe_load((MANIFESTS_PATH / "components" / "keda" / "worker-gpu.yaml").read_text())

    changed = for_trial(scaled, "127.0.0.1:7233", "http://127.0.0.1:9090")

    behavior = "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown"
    assert [line.split(":")[0] for line in differences(scaled, changed)] == [
        "spec.cooldownPeriod",
        f"{behavior}.stabilizationWindowSeconds",
        f"{behavior}.policies[0].periodSeconds",
        "spec.triggers[0].metadata.endpoint",
        "spec.triggers[1].metadata.serverAddress",
    ]


def test_a_difference_is_shown_with_its_path_and_both_values() -> None:
    before = {"spec": {"triggers": [{"type": "cpu"}], "cooldownPeriod": 600}}
    after = {"spec": {"triggers": [{"type": "memory"}], "cooldownPeriod": 30, "paused": True}}

    assert differences(before, after) == [
        "spec.triggers[0].type: cpu -> memory",
        "spec.cooldownPeriod: 600 -> 30",
        "spec.paused: None -> True",
    ]

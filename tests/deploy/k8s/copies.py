"""Copies in k8s/ of files in deploy/: kustomize reads no file outside its own folder.

Run as `python -m tests.deploy.k8s.copies` after a change in deploy/{nginx,prometheus,grafana}.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.deploy.k8s.manifests import MANIFESTS, REPOSITORY

DEPLOY = REPOSITORY / "deploy"
WATCHED = Path("components/monitoring/from-deploy")
_HEAD = "# Made from deploy/{} by `python -m tests.deploy.k8s.copies`; change it there.\n"


def copies() -> dict[Path, str]:
    """The text of each copy, by its path below k8s/."""
    template = DEPLOY / "nginx/video-pipeline.conf.template"
    dashboards = sorted((DEPLOY / "grafana/dashboards").glob("*.json"))
    rules = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
    return {
        Path("components/front") / template.name: template.read_text(),
        **{WATCHED / path.name: path.read_text() for path in dashboards},
        **{WATCHED / f"{path.stem}.yaml": _prometheus_rule(path) for path in rules},
        WATCHED / "kustomization.yaml": _component(rules, dashboards),
    }


def _prometheus_rule(path: Path) -> str:
    """PrometheusRule of a rule file, whose content is the object's `spec`."""
    return _text(
        f"prometheus/rules/{path.name}",
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": f"video-pipeline-{path.stem}", "namespace": "video-pipeline"},
            "spec": yaml.safe_load(path.read_text()),
        },
    )


def _component(rules: list[Path], dashboards: list[Path]) -> str:
    """Kustomize component of the rules and dashboards; Grafana's sidecar reads ConfigMaps with this label."""
    maps = {
        "name": "grafana-dashboards",
        "namespace": "video-pipeline",
        "files": [path.name for path in dashboards],
        "options": {"labels": {"grafana_dashboard": "1"}, "disableNameSuffixHash": True},
    }
    return _text(
        "prometheus and deploy/grafana",
        {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "resources": [f"{path.stem}.yaml" for path in rules],
            "configMapGenerator": [maps],
        },
    )


def _text(source: str, value: object) -> str:
    return _HEAD.format(source) + yaml.safe_dump(value, sort_keys=False, width=100)


def stray() -> set[Path]:
    """Copies whose source no longer exists."""
    there = {path.relative_to(MANIFESTS) for path in (MANIFESTS / WATCHED).glob("*")}
    return there - copies().keys()


if __name__ == "__main__":
    (MANIFESTS / WATCHED).mkdir(exist_ok=True)
    for place, text in copies().items():
        (MANIFESTS / place).write_text(text)
    for place in stray():
        (MANIFESTS / place).unlink()

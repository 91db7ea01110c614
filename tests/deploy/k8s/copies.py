"""Decides what k8s/ holds of files whose home is deploy/: kustomize reads nothing above its own folder.

Run as `python -m tests.deploy.k8s.copies` after a change in deploy/nginx.
"""

from __future__ import annotations

from pathlib import Path

from tests.deploy.k8s.manifests import MANIFESTS, REPOSITORY

DEPLOY = REPOSITORY / "deploy"


def copies() -> dict[Path, str]:
    """The text of each copy, by its path below k8s/."""
    template = DEPLOY / "nginx/video-pipeline.conf.template"
    return {Path("components/front") / template.name: template.read_text()}


if __name__ == "__main__":
    for place, text in copies().items():
        (MANIFESTS / place).write_text(text)

"""One version number: `domain/version.py` holds it, and whatever writes it out again agrees."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from api.app import interface
from domain.version import VERSION

ROOT = Path(__file__).parents[2]
# Of an image of the product: its default in a compose file, an example of the setting, its tag in an overlay.
NUMBER = re.compile(
    r"\$\{VERSION:-([^}]*)\}|^#?VERSION=(.*)$|name: video-pipeline-\S+\n\s*newTag: ([^\s-]+)", re.MULTILINE
)
PACKAGES = ("activities", "adapters", "api", "bench", "cli", "local", "worker_cpu", "worker_gpu", "workflows")


def test_the_interface_and_the_installed_distribution_have_the_number_of_the_source() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert interface().version == VERSION
    assert version("video-pipeline") == VERSION


@pytest.mark.parametrize(
    ("path", "times"),
    [
        ("docker-compose.yml", 7),
        ("deploy/compose/nvidia.yml", 1),
        (".env.example", 1),
        ("k8s/overlays/prod/kustomization.yaml", 3),
        ("k8s/overlays/ingress/kustomization.yaml", 3),
    ],
)
def test_the_deployment_names_the_images_of_this_version(path: str, times: int) -> None:
    numbers = ["".join(found.groups("")) for found in NUMBER.finditer((ROOT / path).read_text())]

    assert numbers == [VERSION] * times


def test_no_other_file_of_the_code_writes_the_number() -> None:
    quoted = f'"{VERSION}"'
    paths = [ROOT / "pyproject.toml", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]

    assert [path for path in paths if quoted in path.read_text()] == []

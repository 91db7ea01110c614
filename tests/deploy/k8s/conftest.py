"""Built overlays, shared by all tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.deploy.k8s.manifests import OVERLAYS, Object, build, copy_with_secrets


@pytest.fixture(scope="session")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of k8s/ with secrets in it."""
    return copy_with_secrets(tmp_path_factory.mktemp("manifests"))


@pytest.fixture(scope="session")
def built(manifests: Path) -> Mapping[str, list[Object]]:
    return {
        **{name: build(manifests / "overlays" / name) for name in OVERLAYS},
        "platform": build(manifests / "platform"),
    }

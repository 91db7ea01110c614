"""Third-party servers have the same versions on Kubernetes as on one machine."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from tests.deploy.k8s.manifests import REPOSITORY, Object, workloads
from tests.deploy.k8s.test_charts import values


def composed() -> dict[str, str]:
    """Versions in docker-compose.yml by image: a tag, and a digest where there is one."""
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"].values()
    return dict(service["image"].split(":", maxsplit=1) for service in services)


def test_images_of_the_overlays_are_those_of_the_compose_file(built: Mapping[str, list[Object]]) -> None:
    images = {
        container["image"]
        for name in ("dev", "ingress", "prod")
        for load in workloads(built[name])
        for container in load.containers
        if not container["image"].startswith("video-pipeline-")
    }
    compose = composed()

    assert images == {
        f"{name}:{compose[name]}" for name in ("nginxinc/nginx-unprivileged", "versity/versitygw")
    }


def test_charts_have_the_versions_of_the_compose_file() -> None:
    compose = composed()
    temporal = values("temporal")

    def version(image: str) -> str:
        return compose[image].partition("@")[0]

    assert temporal["server"]["image"]["tag"] == version("temporalio/server")
    assert temporal["admintools"]["image"]["tag"] == version("temporalio/admin-tools")
    assert temporal["web"]["image"]["tag"] == version("temporalio/ui")
    assert {values(name)["version"]["postgresql"] for name in ("catalogue", "temporal-db")} == {
        version("postgres")
    }

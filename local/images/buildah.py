"""buildah with an image store in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.images.faults import BuildFailed
from local.images.index_access import IndexAccess
from local.settings import REPOSITORY_PATH

_QUOTED_LOG_LINES = 25


class Buildah:
    """Builder of images. Needs root; with chroot isolation it works inside containers too."""

    def __init__(self, folder_path: Path) -> None:
        self._store_path = folder_path / "store"
        self._argv = (
            *("buildah", "--root", str(self._store_path), "--runroot", str(folder_path / "run")),
            *("--storage-driver", _driver(folder_path)),
        )

    def build(
        self,
        tag: str,
        dockerfile: str,
        arguments: Mapping[str, str],
        access: IndexAccess,
        log_path: Path,
    ) -> None:
        """Build one Dockerfile of the repository; buildah's output goes to the log."""
        values = [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        secrets = [
            part for name, path in access.secrets.items() for part in ("--secret", f"id={name},src={path}")
        ]
        argv = [
            *self._argv,
            # Only Docker's format has a health check.
            *("bud", "--isolation", "chroot", "--format", "docker", "--pull=never"),
            *(*values, *secrets, "--tag", tag, "--file", dockerfile, str(REPOSITORY_PATH)),
        ]
        with log_path.open("wb") as log:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode != 0:
            end = log_path.read_text(errors="replace").splitlines()[-_QUOTED_LOG_LINES:]
            raise BuildFailed("\n".join([f"{dockerfile} can't be built; {log_path} ends with:", *end]))

    def container(self, image: str) -> str:
        """Create a container of an image, or an empty one (`scratch`), without a process."""
        return self._ask("from", "--pull-never", image)

    def mount(self, container: str) -> Path:
        return Path(self._ask("mount", container))

    def commit(self, container: str, tag: str) -> None:
        self._ask("commit", "--format", "docker", "--quiet", "--rm", container, tag)

    def remove(self, container: str) -> None:
        self._ask("rm", container)

    def remove_image(self, tag: str) -> None:
        self._ask("rmi", "--force", tag)

    def config(self, image: str) -> dict[str, Any]:
        """The image's run configuration: user, command, health check, signal."""
        return dict(json.loads(self.record(image))["Docker"]["config"])

    def record(self, image: str) -> str:
        """All metadata of the image, with its build history, as JSON."""
        return self._ask("inspect", "--type", "image", image)

    def run_argv(
        self,
        container: str,
        command: Sequence[str],
        environment: Mapping[str, str] = {},
        volumes: Mapping[str, Path] = {},
        user: str | None = None,
    ) -> list[str]:
        """Command line that runs a command in a container, by default as the image's user."""
        variables = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
        mounts = [part for place, path in volumes.items() for part in ("--volume", f"{path}:{place}")]
        as_user = ["--user", user] if user else []
        return [
            *self._argv,
            "run",
            "--isolation",
            "chroot",
            *variables,
            *mounts,
            *as_user,
            container,
            "--",
            *command,
        ]

    def destroy(self) -> None:
        """Remove all containers and images. What is in use stays, and removing the folder then fails."""
        for everything in (("rm", "--all"), ("rmi", "--all", "--force")):
            with suppress(BuildFailed):
                self._ask(*everything)

    def _ask(self, *what: str) -> str:
        done = subprocess.run(
            [*self._argv, *what], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BuildFailed(f"buildah {what[0]} failed: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()


def _driver(folder_path: Path) -> str:
    """Storage driver: `overlay` where the kernel supports it here; else `vfs`, which copies every layer."""
    trial = folder_path / "overlay"
    parts = {name: trial / name for name in ("lower", "upper", "work", "merged")}
    for part in parts.values():
        part.mkdir(parents=True, exist_ok=True)
    layers = ",".join(f"{name}dir={parts[name]}" for name in ("lower", "upper", "work"))
    mount = ["mount", "-t", "overlay", "overlay", "-o", layers, str(parts["merged"])]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        return "vfs"
    subprocess.run(["umount", str(parts["merged"])], check=True)
    return "overlay"


def require_root() -> None:
    if os.getuid() != 0:
        raise BuildFailed("Building without a registry needs root: run `sudo make images`.")

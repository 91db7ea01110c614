"""Command behind `make images`: builds each image without a registry, tries it, and removes it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from local.__main__ import main
from local.faults import SettingUnusable
from local.images.base import BASE_TAG, make_base
from local.images.buildah import Buildah, require_root
from local.images.faults import BuildFailed, TrialFailed
from local.images.index_access import IndexAccess, index_access
from local.images.inspection import faults_of_config, faults_of_files, faults_of_record, unpacked_bytes
from local.images.recipes import RECIPES, Recipe
from local.images.trial import try_container
from local.ports import free_ports
from local.programs import product_programs
from local.settings import REPOSITORY_PATH, Ports, StackSettings
from local.stack import Stack
from local.tool_list import TEMPORAL, VERSITYGW, PackagedTool
from local.tools import Toolbox

BUILD_TOOLS = (
    PackagedTool("buildah", "buildah"),
    PackagedTool("debootstrap", "debootstrap"),
    PackagedTool(
        "Debian's keys",
        "debian-archive-keyring",
        Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    ),
)
_MOUNT_NAMESPACE = "VIDEO_PIPELINE_OWN_MOUNTS"


def images(
    names: Annotated[list[str] | None, typer.Argument(help="api, worker_cpu, worker_gpu; else all")] = None,
) -> None:
    """Build and try the images, one at a time."""
    require_root()
    if _MOUNT_NAMESPACE not in os.environ:
        # In a mount namespace of its own: its mounts end with the process.
        again = ["unshare", "--mount", *sys.orig_argv]
        os.execvpe("unshare", again, {**os.environ, _MOUNT_NAMESPACE: "yes"})  # noqa: S606
    recipes = chosen(names or [])
    Toolbox().install((*BUILD_TOOLS, TEMPORAL, VERSITYGW), print)
    log_path = REPOSITORY_PATH / ".data" / "images"
    log_path.mkdir(parents=True, exist_ok=True)
    with _workplace() as folder_path, _servers(folder_path / "stack") as stack:
        _require_space(folder_path, recipes)
        buildah = Buildah(folder_path)
        try:
            access = index_access(folder_path / "secrets")
            started = time.monotonic()
            make_base(buildah, log_path / "base.log")
            print(f"{'debian':12} made in {time.monotonic() - started:.0f} s", flush=True)
            for recipe in recipes:
                _build_and_try(buildah, recipe, access, stack, folder_path, log_path)
        finally:
            buildah.destroy()


def chosen(names: Sequence[str]) -> list[Recipe]:
    """The recipes of the named images; all recipes when none is named."""
    known = {recipe.name: recipe for recipe in RECIPES}
    if unknown := set(names) - set(known):
        raise SettingUnusable(f"There is no image {', '.join(sorted(unknown))}: name {', '.join(known)}.")
    return [known[name] for name in names or known]


def _build_and_try(
    buildah: Buildah, recipe: Recipe, access: IndexAccess, stack: Stack, folder_path: Path, log_path: Path
) -> None:
    started = time.monotonic()
    buildah.build(
        recipe.tag,
        recipe.dockerfile,
        {"BASE_IMAGE": BASE_TAG, **recipe.arguments},
        access,
        log_path / f"{recipe.name}.log",
    )
    built_s = time.monotonic() - started
    config, container = buildah.config(recipe.tag), buildah.container(recipe.tag)
    root = buildah.mount(container)
    size_mb = unpacked_bytes(root) / 1e6
    print(f"{recipe.name:12} {size_mb:6.0f} MB unpacked, built in {built_s:.0f} s", flush=True)
    faults = [
        *faults_of_config(config),
        *faults_of_record(buildah.record(recipe.tag), access.hosts),
        *faults_of_files(root, recipe.absent, recipe.writable, access.hosts),
    ]
    if faults:
        raise TrialFailed(f"The image {recipe.name} has faults: {'; '.join(faults)}.")
    servers = {
        name: value for name, value in stack.environment.items() if name.startswith(("S3_", "TEMPORAL_"))
    }
    if not recipe.needs_servers:
        servers |= _unreachable_servers()
    trial_path = folder_path / recipe.name
    summary = try_container(buildah, recipe, container, config, servers, trial_path)
    print(f"{'':12} {summary}", flush=True)
    buildah.remove(container)
    buildah.remove_image(recipe.tag)


@contextmanager
def _servers(data_path: Path) -> Iterator[Stack]:
    """Temporal and an object store for the workers, on free ports."""
    temporal, web_ui, s3, *_ = free_ports("127.0.0.1", 3)
    settings = StackSettings(data_path, replace(Ports(), temporal=temporal, web_ui=web_ui, s3=s3))
    servers = tuple(
        program for program in product_programs(settings, Toolbox().servers()) if program.rank == 0
    )
    with Stack(settings, servers) as stack:
        yield stack


def _unreachable_servers() -> dict[str, str]:
    """Addresses at which no server listens: the API must start without Temporal and the store."""
    (closed,) = free_ports("127.0.0.1", 1)
    return dict.fromkeys(("TEMPORAL_ADDRESS", "S3_ENDPOINT"), f"127.0.0.1:{closed}")


@contextmanager
def _workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vp-images-", dir=os.environ.get("IMAGES_DIR")) as folder:
        yield Path(folder)


def _require_space(path: Path, recipes: list[Recipe]) -> None:
    needed_gb = max((recipe.most_gb for recipe in recipes), default=0)
    if shutil.disk_usage(path).free < needed_gb * 1e9:
        raise BuildFailed(
            f"Building takes up to {needed_gb} GB in {path.parent}: free some space, or set IMAGES_DIR."
        )


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(images)
    main(app)

"""The Debian under the images where no registry of images is reached: as small as the official slim one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from local.images.buildah import Buildah
from local.images.faults import BuildFailed

BASE_TAG = "localhost/debian:bookworm-slim"
# The release that the Dockerfiles' own default names.
_SUITE = "bookworm"


def make_base(buildah: Buildah, log_path: Path) -> None:
    """Import a fresh minimal Debian under `BASE_TAG`."""
    container = buildah.container("scratch")
    root = buildah.mount(container)
    with log_path.open("wb") as log:
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", "--force-check-gpg", _SUITE, str(root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if done.returncode != 0:
        raise BuildFailed(f"debootstrap failed; {log_path} says why.")
    _slim(root)
    _with_fixes(root / "etc/apt/sources.list")
    # Those of the machine that made it.
    for name in ("etc/hostname", "etc/resolv.conf"):
        (root / name).unlink(missing_ok=True)
    buildah.commit(container, BASE_TAG)


def _with_fixes(sources_path: Path) -> None:
    """What debootstrap installs from holds a release as it came out; the mended packages lie beside it."""
    _, mirror, suite, component = sources_path.read_text().split()
    places = (f"{mirror} {suite}", f"{mirror} {suite}-updates", f"{mirror}-security {suite}-security")
    sources_path.write_text("".join(f"deb {place} {component}\n" for place in places))


def _slim(root: Path) -> None:
    """As Debian's slim images: without documents, translations, package lists and downloaded packages."""
    share = root / "usr/share"
    for folder in (
        share / "man",
        share / "info",
        share / "locale",
        root / "var/cache/apt",
        root / "var/lib/apt/lists",
    ):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for document in (share / "doc").rglob("*"):
        if not document.is_dir() and document.name != "copyright":
            document.unlink()

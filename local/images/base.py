"""Base image of Debian, made without a registry, as small as the official slim image."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from local.images.buildah import Buildah
from local.images.faults import BuildFailed

BASE_TAG = "localhost/debian:bookworm-slim"
# The release of the Dockerfiles' default base.
_SUITE = "bookworm"


def make_base(buildah: Buildah, log_path: Path) -> None:
    """Make a minimal Debian and import it as `BASE_TAG`."""
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
    # They would be those of the machine that built the image.
    for name in ("etc/hostname", "etc/resolv.conf"):
        (root / name).unlink(missing_ok=True)
    buildah.commit(container, BASE_TAG)


def _with_fixes(sources_path: Path) -> None:
    """Add the sources of updates and security fixes to that of the release."""
    _, mirror, suite, component = sources_path.read_text().split()
    places = (f"{mirror} {suite}", f"{mirror} {suite}-updates", f"{mirror}-security {suite}-security")
    sources_path.write_text("".join(f"deb {place} {component}\n" for place in places))


def _slim(root: Path) -> None:
    """Remove what Debian's slim images lack: documents, translations, package lists and packages."""
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

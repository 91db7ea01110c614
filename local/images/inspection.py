"""Checks of a built image's configuration, history and files, before it runs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

OWNER = 10001
# Folders where a build could leave the address of its index. In a package only the installer's files are
# searched: its authors' files may name any index.
_TRACE_FOLDERS = ("etc", "opt", "app", "usr/local", "root", "run", "tmp", "var")
_INSTALLER_FILES = {"direct_url.json", "INSTALLER", "REQUESTED", "RECORD", "uv_cache.json", "pyvenv.cfg"}
_LARGEST_TRACE_BYTES = 2 * 1024**2


def faults_of_config(config: dict[str, Any]) -> Iterator[str]:
    """One sentence for each fault of the image's configuration."""
    if config.get("User") != f"{OWNER}:{OWNER}":
        yield f"it runs as {config.get('User')!r}, not as {OWNER}:{OWNER}"
    check = (config.get("Healthcheck") or {}).get("Test") or ["none"]
    if check[0] != "CMD":
        yield f"its health check is {check[0]}, not a command without a shell"
    if not config.get("Cmd") or config["Cmd"][0] in {"/bin/sh", "sh"}:
        yield f"its command is {config.get('Cmd')}, which a shell would have to read"
    if config.get("StopSignal") not in {"SIGTERM", "15"}:
        yield f"it is stopped by {config.get('StopSignal')!r}"


def faults_of_record(record: str, hosts: Iterable[str]) -> Iterator[str]:
    """One sentence if the image's build history names a host of the package index."""
    if any(host in record for host in hosts):
        yield "its history names a host of the machine that built it"


def faults_of_files(
    root: Path, absent: Iterable[str], writable: Iterable[str], hosts: Iterable[str]
) -> Iterator[str]:
    """One sentence for each file that must be absent, has too many rights or names a host of the index."""
    yield from (f"/{name} is in it" for name in absent if os.path.lexists(root / name))
    allowed = {root / place.lstrip("/") for place in writable} | {
        root / "tmp",
        root / "var/tmp",
        root / "run/lock",
    }
    for path, status in _files(root):
        if stat.S_ISLNK(status.st_mode):
            continue
        if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_ISUID | stat.S_ISGID):
            yield f"/{path.relative_to(root)} gives its caller more rights"
        ours = OWNER in {status.st_uid, status.st_gid} or status.st_mode & stat.S_IWOTH
        if ours and path not in allowed and not stat.S_ISCHR(status.st_mode):
            yield f"/{path.relative_to(root)} can be changed by its user"
    yield from _traces(root, [host.encode() for host in hosts])


def _traces(root: Path, hosts: list[bytes]) -> Iterator[str]:
    if not hosts:
        return
    for place in _TRACE_FOLDERS:
        for path, status in _files(root / place):
            by_authors = "site-packages" in path.parts and path.name not in _INSTALLER_FILES
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST_TRACE_BYTES and not by_authors:
                text = path.read_bytes()
                if any(host in text for host in hosts):
                    yield f"/{path.relative_to(root)} names a host of the machine that built it"


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for folder, _, names in os.walk(root):
        here = Path(folder)
        yield here, here.lstat()
        yield from ((here / name, (here / name).lstat()) for name in names)


def unpacked_bytes(root: Path) -> int:
    """Disk space of the image's files, in bytes; hard links count once."""
    seen = {(status.st_dev, status.st_ino): status.st_blocks * 512 for _, status in _files(root)}
    return sum(seen.values())

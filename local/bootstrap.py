"""Bootstrap of the Python environment `.venv`; needs a bare Python and no package."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

REPOSITORY_PATH = Path(__file__).resolve().parents[1]
ENVIRONMENT_PATH = REPOSITORY_PATH / ".venv"
STAMP_PATH = ENVIRONMENT_PATH / ".installed"
REQUIREMENTS_PATH = REPOSITORY_PATH / "requirements"
OLDEST, NEWEST = (3, 11), (3, 14)


class BootstrapFailed(Exception):
    """The environment can't be made; the message is the one line that a person reads."""


def main() -> None:
    """Install the requirements into `.venv`, unless they are installed already."""
    try:
        _require_python()
        (REPOSITORY_PATH / ".tools").mkdir(exist_ok=True)
        with (REPOSITORY_PATH / ".tools" / "environment.lock").open("w") as lock:
            # Commands that run at the same time install once.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (STAMP_PATH.exists() and STAMP_PATH.read_text() == _wanted()):
                _install()
    except BootstrapFailed as failure:
        print(f"Error: {failure}", file=sys.stderr)
        sys.exit(1)


def _require_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise BootstrapFailed(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} ({sys.executable}) can't run this: install "
            f"Python 3.11, 3.12, 3.13 or 3.14, or name one, as in `make PYTHON=/path/to/python3.11 …`."
        )


def _install() -> None:
    _require_compiler()
    python = ENVIRONMENT_PATH / "bin" / "python"
    if not _works(python):
        print("Making the Python environment .venv …", flush=True)
        _make_environment()
    uv = ENVIRONMENT_PATH / "bin" / "uv"
    _run("installing uv", [str(python), "-m", "pip", "install", *_PIP, "-r", _requirements("bootstrap")])
    print("Installing the Python packages (the first time some gigabytes) …", flush=True)
    into = ["--python", str(python)]
    wanted = ["--compile-bytecode", "--require-hashes", "-r", _requirements("dev")]
    _run("installing the packages", [str(uv), "pip", "install", *into, *wanted])
    # The command `video-pipeline` in .venv/bin runs the code of this folder.
    this = ["--no-deps", "--no-build-isolation", "--editable", str(REPOSITORY_PATH)]
    _run("installing this project", [str(uv), "pip", "install", "--quiet", *into, *this])
    STAMP_PATH.write_text(_wanted())


_PIP = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]


def _requirements(name: str) -> str:
    return str(REQUIREMENTS_PATH / f"{name}.txt")


def _wanted() -> str:
    """Digest of the Python version and the requirements; a change of it means a new installation."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (REQUIREMENTS_PATH / "bootstrap.txt", REQUIREMENTS_PATH / "dev.txt"):
        digest.update(path.read_bytes())
    digest.update((REPOSITORY_PATH / "pyproject.toml").read_bytes())
    digest.update((REPOSITORY_PATH / "domain" / "version.py").read_bytes())
    return digest.hexdigest()


def _works(python: Path) -> bool:
    """False for a folder that was moved or whose Python was removed."""
    if not python.exists():
        return False
    test = [str(python), "-c", "import pip, sys; print(sys.version)"]
    done = subprocess.run(test, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == sys.version.strip()


def _make_environment() -> None:
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(ENVIRONMENT_PATH)
    except (subprocess.CalledProcessError, ImportError) as error:
        # Debian's Python lacks the module that `venv` needs.
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not _may_install():
            raise BootstrapFailed(
                f"This Python can't make an environment: run `sudo apt-get install {package}`."
            ) from error
        _apt_install([package])
        _run("making .venv", [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT_PATH)])


def _require_compiler() -> None:
    version = sys.version_info[:2]
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    missing = packages_to_build(
        version, platform.machine(), has_compiler=bool(shutil.which(compiler)), has_headers=headers.exists()
    )
    if missing and not _may_install():
        raise BootstrapFailed(
            f"pocketsphinx has no wheel for Python {version[0]}.{version[1]} and is built from source: run "
            f"`sudo apt-get install {' '.join(missing)}` (Fedora: `sudo dnf install gcc python3-devel`), "
            f"or name another Python, as in `make PYTHON=/path/to/python3.11 …`."
        )
    if missing:
        _apt_install(missing)


def packages_to_build(
    version: tuple[int, int], machine: str, *, has_compiler: bool, has_headers: bool
) -> list[str]:
    """Missing Debian packages of the build of pocketsphinx; none where the pinned release has a wheel."""
    if version in {(3, 11), (3, 13)} or (version == (3, 12) and machine == "x86_64"):
        return []
    header_package = f"python{version[0]}.{version[1]}-dev"
    return [*([] if has_compiler else ["gcc"]), *([] if has_headers else [header_package])]


def _may_install() -> bool:
    return os.getuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], env=quiet, stdin=subprocess.DEVNULL, check=False)
    _run(f"installing {' '.join(packages)}", ["apt-get", "install", "--yes", *packages])


def _run(what: str, argv: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "VIRTUAL_ENV": str(ENVIRONMENT_PATH)}
    home = environment.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        environment["UV_CACHE_DIR"] = str(REPOSITORY_PATH / ".tools" / "uv-cache")
    done = subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise BootstrapFailed(f"{what} failed (exit code {done.returncode}); the reason is printed above.")


if __name__ == "__main__":
    main()

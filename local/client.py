"""`make client`: the Python client in `client/`, from the HTTP interface's own document; no server runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from api.app import interface
from local.faults import LocalFault
from local.settings import REPOSITORY_PATH

CLIENT_PATH = REPOSITORY_PATH / "client"

_CONFIG = {
    # Files come as they are; the generator knows no type of its own for them.
    "content_type_overrides": {
        "video/mp4": "application/octet-stream",
        "application/offset+octet-stream": "application/octet-stream",
    },
    "post_hooks": [],
}


def generate(client_path: Path) -> None:
    """Write the package that belongs to the interface as it stands in this folder."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-client-") as name:
        folder = Path(name)
        (folder / "openapi.json").write_text(json.dumps(interface().openapi()))
        (folder / "config.json").write_text(json.dumps(_CONFIG))
        made_path = folder / "client"
        document = ("--path", str(folder / "openapi.json"), "--config", str(folder / "config.json"))
        _run(
            *("openapi_python_client", "generate", *document, "--fail-on-warning"),
            *("--meta", "none", "--output-path", str(made_path)),
        )
        # Whatever the settings are of the folder that it goes to.
        _run("ruff", "format", "--quiet", "--isolated", "--line-length", "110", str(made_path))
        shutil.copytree(made_path, client_path, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))


def _run(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LocalFault(f"{module} says: {(done.stdout + done.stderr).strip()}")


def main() -> None:
    """Needs nothing of the package that it replaces, and leaves it alone when the new one can't be made."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-client-") as name:
        made_path = Path(name) / "client"
        generate(made_path)
        shutil.rmtree(CLIENT_PATH, ignore_errors=True)
        shutil.copytree(made_path, CLIENT_PATH)


if __name__ == "__main__":
    try:
        main()
    except LocalFault as fault:
        sys.exit(f"Error: {fault}")

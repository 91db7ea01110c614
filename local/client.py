"""`make client`: generates the Python client in `client/` from the OpenAPI document; no server runs."""

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
    # Files are raw bytes; the generator has no types for these.
    "content_type_overrides": {
        "video/mp4": "application/octet-stream",
        "application/offset+octet-stream": "application/octet-stream",
    },
    "post_hooks": [],
}


def generate(client_path: Path) -> None:
    """Generate the client of the interface in this folder."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-client-") as name:
        folder = Path(name)
        (folder / "openapi.json").write_text(json.dumps(interface().openapi()))
        (folder / "config.json").write_text(json.dumps(_CONFIG))
        generated_path = folder / "client"
        document = ("--path", str(folder / "openapi.json"), "--config", str(folder / "config.json"))
        _run(
            *("openapi_python_client", "generate", *document, "--fail-on-warning"),
            *("--meta", "none", "--output-path", str(generated_path)),
        )
        # Isolated: independent of the settings of the target folder.
        _run("ruff", "format", "--quiet", "--isolated", "--line-length", "110", str(generated_path))
        shutil.copytree(generated_path, client_path, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))


def _run(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LocalFault(f"{module} failed: {(done.stdout + done.stderr).strip()}")


def main() -> None:
    """Replace the client. The old one stays when the new one can't be generated, and isn't imported."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-client-") as name:
        generated_path = Path(name) / "client"
        generate(generated_path)
        shutil.rmtree(CLIENT_PATH, ignore_errors=True)
        shutil.copytree(generated_path, CLIENT_PATH)


if __name__ == "__main__":
    try:
        main()
    except LocalFault as fault:
        sys.exit(f"Error: {fault}")

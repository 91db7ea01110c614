"""File of a YOLO model: found locally or downloaded once, and checked by SHA-256, as loading it runs code."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from pathlib import Path

import structlog

from adapters.models.settings import VisionSettings
from domain.errors import ModelUnavailable

RELEASE = "https://github.com/ultralytics/assets/releases/download/v8.3.0"

_KNOWN_SHA256 = {
    "yolo11n.pt": "0ebbc80d4a7680d14987a577cd21342b65ecfd94632bd9a8da63ae6417644ee1",
    "yolo11s.pt": "85a76fe86dd8afe384648546b56a7a78580c7cb7b404fc595f97969322d502d5",
    "yolo11m.pt": "d5ffc1a674953a08e11a8d21e022781b1b23a19b730afc309290bd9fb5305b95",
}
_BLOCK_BYTES = 1 << 20
_LOG_INTERVAL_BYTES = 5 << 20
_CONNECT_LIMIT_S = 20

_log = structlog.stdlib.get_logger(__name__)


def yolo_file(settings: VisionSettings, release_url: str = RELEASE) -> Path:
    """Checked file of the model: a path, or a name in the cache, downloaded if it is missing.

    Raises ModelUnavailable for a model with no known checksum, another content, or no way to get it.
    """
    name = Path(settings.model).name
    sha256 = settings.sha256 or _KNOWN_SHA256.get(settings.model)
    if sha256 is None:
        raise ModelUnavailable(
            f"The vision model {name} has no known checksum, and loading a model runs code that is in it. "
            f"Set VISION_SHA256 to the checksum of a file that you trust."
        )
    given = Path(settings.model)
    path = given if given.is_file() else settings.cache_path / name
    if not path.is_file():
        if given.name != settings.model:
            raise ModelUnavailable(f"There is no vision model at {given}.")
        _download(f"{release_url}/{name}", path, sha256)
    return _checked(path, sha256)


def _checked(path: Path, sha256: str) -> Path:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise ModelUnavailable(
            f"The vision model {path} is not the expected file: its SHA-256 is {found}, not {sha256}. "
            f"Remove it, or set VISION_SHA256 if you trust it."
        )
    return path


def _download(url: str, path: Path, sha256: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    try:
        _receive(url, partial)
        _checked(partial, sha256)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as fault:
        partial.unlink(missing_ok=True)
        raise ModelUnavailable(
            f"The vision model {path.name} can't be downloaded ({fault}). Connect this machine to the "
            f"network once, or put the file at {path}."
        ) from fault
    except ModelUnavailable:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(path)


def _receive(url: str, partial: Path) -> None:
    received_bytes = logged_bytes = 0
    with (
        urllib.request.urlopen(url, timeout=_CONNECT_LIMIT_S) as response,  # noqa: S310 the scheme is not the sender's
        partial.open("wb") as file,
    ):
        whole_bytes = int(response.headers.get("Content-Length") or 0)
        _log.info("vision model download begins", url=url, bytes=whole_bytes)
        while block := response.read(_BLOCK_BYTES):
            file.write(block)
            received_bytes += len(block)
            if received_bytes - logged_bytes >= _LOG_INTERVAL_BYTES:
                logged_bytes = received_bytes
                _log.info("vision model download progress", bytes=received_bytes, of_bytes=whole_bytes)

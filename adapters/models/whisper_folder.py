"""Folder of a Whisper model's files: found locally, or downloaded once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import faster_whisper
import httpx
import structlog
from huggingface_hub.errors import HfHubHTTPError

from domain.errors import ModelUnavailable, SettingInvalid

_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_LOG_INTERVAL_S = 5.0

_log = structlog.stdlib.get_logger(__name__)


def whisper_folder(model: str, cache_path: Path) -> Path:
    """Folder of `model`: a path, a folder in `cache_path`, or a name to download there.

    Raises ModelUnavailable when files are missing and can't be had, SettingInvalid for an unknown name.
    """
    by_hand = cache_path / model
    for folder in (Path(model), by_hand):
        if folder.is_dir():
            return _checked(folder)
    if "/" in model and not _is_hub_name(model):
        raise ModelUnavailable(f"There is no speech model in {model}: the folder does not exist.")
    if "/" not in model and model not in faster_whisper.available_models():
        names = ", ".join(faster_whisper.available_models())
        raise SettingInvalid(f"{model!r} is not a speech model: use demo, a folder, or one of {names}.")
    return _checked(_download(model, cache_path, by_hand))


def _is_hub_name(model: str) -> bool:
    return model.count("/") == 1 and not model.startswith((".", "/", "~"))


def _checked(folder: Path) -> Path:
    if missing := _missing(folder):
        raise ModelUnavailable(f"The speech model in {folder} lacks {', '.join(missing)}.")
    return folder


def _missing(folder: Path) -> list[str]:
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    return missing if any(folder.glob("vocabulary.*")) else [*missing, "vocabulary.json"]


def _download(model: str, cache_path: Path, by_hand: Path) -> Path:
    try:
        folder = Path(faster_whisper.download_model(model, cache_dir=str(cache_path), local_files_only=True))
    except FileNotFoundError:
        _log.info("speech model download begins", model=model, folder=str(cache_path))
    else:
        # An interrupted download leaves some of the files.
        if not _missing(folder):
            return folder
        _log.info("speech model download resumes", model=model, folder=str(folder))
    cache_path.mkdir(parents=True, exist_ok=True)
    done = threading.Event()
    progress_log = threading.Thread(target=_log_progress, args=(model, cache_path, done), daemon=True)
    progress_log.start()
    try:
        return Path(faster_whisper.download_model(model, cache_dir=str(cache_path)))
    except (OSError, httpx.HTTPError, HfHubHTTPError) as fault:
        raise ModelUnavailable(
            f"The speech model {model} can't be downloaded ({str(fault).splitlines()[0]}). Connect this "
            f"machine to the network once, or put model.bin, config.json, tokenizer.json and the vocabulary "
            f"of its CTranslate2 version into {by_hand}."
        ) from fault
    finally:
        done.set()
        progress_log.join()


def _log_progress(model: str, cache_path: Path, done: threading.Event) -> None:
    """Log the download's size regularly. The hub's own progress bars need a terminal."""
    started_s = time.monotonic()
    while not done.wait(_LOG_INTERVAL_S):
        size_bytes = sum(path.stat().st_size for path in cache_path.rglob("*") if path.is_file())
        _log.info(
            "speech model download progress",
            model=model,
            megabytes=round(size_bytes / 1e6),
            seconds=round(time.monotonic() - started_s),
        )

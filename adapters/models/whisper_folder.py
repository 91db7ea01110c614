"""Where the files of a Whisper model lie, which are downloaded once if nobody has put them there."""

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
_TELL_EVERY_S = 5.0

_log = structlog.stdlib.get_logger(__name__)


def whisper_folder(model: str, cache_path: Path) -> Path:
    """The folder of `model`: a path, a name whose files lie in `cache_path`, or one to download there.

    Raises ModelUnavailable when files are missing and can't be had, SettingInvalid for an unknown name.
    """
    by_hand = cache_path / model
    for folder in (Path(model), by_hand):
        if folder.is_dir():
            return _complete(folder)
    if "/" in model and not _is_hub_name(model):
        raise ModelUnavailable(f"There is no speech model in {model}: the folder does not exist.")
    if "/" not in model and model not in faster_whisper.available_models():
        names = ", ".join(faster_whisper.available_models())
        raise SettingInvalid(f"{model!r} is not a speech model: use demo, a folder, or one of {names}.")
    return _complete(_downloaded(model, cache_path, by_hand))


def _is_hub_name(model: str) -> bool:
    return model.count("/") == 1 and not model.startswith((".", "/", "~"))


def _complete(folder: Path) -> Path:
    if missing := _missing(folder):
        raise ModelUnavailable(f"The speech model in {folder} lacks {', '.join(missing)}.")
    return folder


def _missing(folder: Path) -> list[str]:
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    return missing if any(folder.glob("vocabulary.*")) else [*missing, "vocabulary.json"]


def _downloaded(model: str, cache_path: Path, by_hand: Path) -> Path:
    try:
        folder = Path(faster_whisper.download_model(model, cache_dir=str(cache_path), local_files_only=True))
    except FileNotFoundError:
        _log.info("speech model download begins", model=model, folder=str(cache_path))
    else:
        # A download that was broken off has left a part of the files.
        if not _missing(folder):
            return folder
        _log.info("speech model download is taken up again", model=model, folder=str(folder))
    cache_path.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(model, cache_path, ended), daemon=True)
    teller.start()
    try:
        return Path(faster_whisper.download_model(model, cache_dir=str(cache_path)))
    except (OSError, httpx.HTTPError, HfHubHTTPError) as fault:
        raise ModelUnavailable(
            f"The speech model {model} can't be downloaded ({str(fault).splitlines()[0]}). Connect this "
            f"machine to the network once, or put model.bin, config.json, tokenizer.json and the vocabulary "
            f"of its CTranslate2 version into {by_hand}."
        ) from fault
    finally:
        ended.set()
        teller.join()


def _tell(model: str, cache_path: Path, ended: threading.Event) -> None:
    """Log how much has come in. The hub's own bars are for terminals, not for logs."""
    began_s = time.monotonic()
    while not ended.wait(_TELL_EVERY_S):
        size_bytes = sum(path.stat().st_size for path in cache_path.rglob("*") if path.is_file())
        _log.info(
            "speech model download goes on",
            model=model,
            megabytes=round(size_bytes / 1e6),
            seconds=round(time.monotonic() - began_s),
        )

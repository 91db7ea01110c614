"""Loading of a Whisper model, and the languages that it supports."""

from __future__ import annotations

import hashlib

import ctranslate2
from faster_whisper import WhisperModel

from adapters.models.settings import SpeechSettings
from adapters.models.whisper_folder import whisper_folder
from domain.errors import ModelUnavailable, SettingInvalid
from domain.speech.languages import LANGUAGES

_MODEL_SUFFIXES = (".bin", ".json", ".txt")
_WHISPER_CODE = {"jv": "jw"}  # Whisper uses the former code of Javanese


def load_whisper(settings: SpeechSettings) -> WhisperModel:
    """Load the model of `settings`. Raises an OperatorError that says what to fix."""
    if settings.device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise SettingInvalid(
            "DEVICE is cuda, but CTranslate2 finds no CUDA device: set DEVICE=cpu or fix the driver."
        )
    folder = whisper_folder(settings.model, settings.cache_path)
    try:
        return WhisperModel(
            str(folder),
            device=settings.device,
            compute_type=_compute_type(settings),
            cpu_threads=settings.cpu_threads,
        )
    except (RuntimeError, ValueError, OSError) as fault:
        raise ModelUnavailable(f"The speech model in {folder} can't be loaded: {fault}") from fault


def model_digest(settings: SpeechSettings) -> str:
    """SHA-256 of the model's files, because a name or path can get other weights later."""
    digest = hashlib.sha256()
    folder = whisper_folder(settings.model, settings.cache_path)
    for path in sorted(path for path in folder.iterdir() if path.suffix in _MODEL_SUFFIXES):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _compute_type(settings: SpeechSettings) -> str:
    """Compute type; `auto` is the fastest with almost full accuracy: int8 on a CPU, float16 on a GPU."""
    if settings.compute_type != "auto":
        return settings.compute_type
    return "float16" if settings.device == "cuda" else "int8"


def whisper_code(code: str) -> str:
    """Whisper's code for an ISO 639-1 code."""
    return _WHISPER_CODE.get(code, code)


def known_languages(model: WhisperModel) -> frozenset[str]:
    """ISO 639-1 codes of the languages that the model has a token for; `*.en` models support English."""
    if not model.model.is_multilingual:
        return frozenset({"en"})
    return frozenset(
        code for code in LANGUAGES if model.hf_tokenizer.token_to_id(f"<|{whisper_code(code)}|>") is not None
    )

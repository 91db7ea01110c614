"""Sounds with known words: the shipped clips, and silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from adapters.models.settings import REPOSITORY, SpeechSettings, read_speech
from adapters.speech.engines import speech_engine
from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from adapters.speech.speech_recognition_engine import SpeechRecognitionEngine
from domain.attempts.progress import UnreportedProgress

Engine = FasterWhisperEngine | SpeechRecognitionEngine
CLIPS = REPOSITORY / "models" / "demo" / "clip"
BYTES_PER_SECOND = 32_000


@dataclass(frozen=True)
class SpeechClip:
    """Clip's sound with its sentences and their times."""

    pcm_path: Path
    language: str
    duration_us: int
    sentences: tuple[tuple[str, int, int], ...]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SpeechClip]:
    """Sound of a shipped clip, extracted as in the pipeline."""
    folder = tmp_path_factory.mktemp("spoken")
    tool = FfmpegTool(EncodeRecipe(), MediaLimits(), RunLimits())

    def take_out(name: str) -> SpeechClip:
        clip_path, pcm_path = CLIPS / f"{name}.mp4", folder / f"{name}.pcm"
        answers = json.loads((CLIPS / f"{name}.json").read_text(encoding="utf-8"))
        if not pcm_path.exists():
            media = tool.probe(clip_path, UnreportedProgress())
            tool.extract_audio(clip_path, media, pcm_path, UnreportedProgress())
        return SpeechClip(
            pcm_path,
            answers["language"],
            answers["duration_us"],
            tuple(
                (sentence["text"], sentence["start_us"], sentence["end_us"])
                for sentence in answers["sentences"]
            ),
        )

    return take_out


@pytest.fixture(scope="session")
def whisper() -> FasterWhisperEngine:
    return FasterWhisperEngine(read_speech({"MODELS": "demo"}))


@pytest.fixture(scope="session", params=["faster-whisper", "pocketsphinx"])
def engine(request: pytest.FixtureRequest, whisper: FasterWhisperEngine) -> Engine:
    """Each engine that works offline."""
    if request.param == "faster-whisper":
        return whisper
    return speech_engine(read_speech({"SPEECH_ENGINE": request.param}))


@pytest.fixture
def speech_settings(tmp_path: Path) -> SpeechSettings:
    return read_speech({"MODELS": "demo", "MODELS_CACHE": str(tmp_path / "cache")})


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    path = tmp_path / "silence.pcm"
    path.write_bytes(bytes(6 * BYTES_PER_SECOND))
    return path

"""Settings of the models. The demo models are used only if they are set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.settings import choice, positive
from domain.animals.names import ANIMALS
from domain.errors import SettingInvalid

REPOSITORY = Path(__file__).resolve().parents[2]

FASTER_WHISPER = "faster-whisper"
RECOGNIZERS = ("pocketsphinx", "google", "google_cloud", "openai", "groq")
ENGINES = (FASTER_WHISPER, *RECOGNIZERS)

DEMO = "demo"
_DEMO_REGION_S = 8
_DEMO_WINDOW_S = 15
_DEMO_IMAGE_SIZE = 416
_DEMO_CONFIDENCE = 0.6


@dataclass(frozen=True)
class SpeechSettings:
    """Settings of the speech engine. `model` is a name such as `large-v3-turbo` or a CTranslate2 folder.

    `region_s` is the longest speech that is decoded in one pass, `window_s` the length to which it is
    padded with silence (Whisper was trained on 30 s and loses accuracy with less), `batch_size` the
    number of regions decoded together. `language` is for engines without language detection;
    `service_key` is for online ones.
    """

    engine: str
    model: str
    cache_path: Path
    device: str = "cpu"
    compute_type: str = "auto"
    cpu_threads: int = 1
    beam_size: int = 5
    region_s: int = 28
    window_s: int = 30
    batch_size: int = 4
    language: str = "en"
    service_key: str | None = None
    stall_limit_s: float = 120.0

    def __post_init__(self) -> None:
        # CTranslate2 takes 0 for "four threads", on a machine of any size.
        if self.cpu_threads < 1 or self.beam_size < 1 or self.batch_size < 1:
            raise SettingInvalid(
                "CPU_THREADS, SPEECH_BEAM_SIZE and SPEECH_BATCH must be whole numbers above 0."
            )
        if not 4 <= self.region_s <= self.window_s <= 30:
            raise SettingInvalid(
                f"SPEECH_REGION ({self.region_s} s) must be at least 4 s and at most SPEECH_WINDOW "
                f"({self.window_s} s), which must be at most 30 s."
            )


@dataclass(frozen=True)
class VisionSettings:
    """Settings of the animal detector. `model` is a name such as `yolo11n.pt` or a path; `sha256` pins it."""

    model: str
    cache_path: Path
    sha256: str | None = None
    labels: tuple[str, ...] = ANIMALS
    device: str = "cpu"
    cpu_threads: int = 1
    image_size: int = 640
    confidence: float = 0.4
    batch_size: int = 8
    stall_limit_s: float = 120.0

    def __post_init__(self) -> None:
        if self.image_size % 32 != 0:
            raise SettingInvalid(f"VISION_IMAGE_SIZE must be a multiple of 32, not {self.image_size}.")
        if not 0 < self.confidence < 1:
            raise SettingInvalid(f"VISION_CONFIDENCE must be between 0 and 1, not {self.confidence}.")


def read_speech(env: Mapping[str, str] = os.environ) -> SpeechSettings:
    """Reads the settings; the model is SPEECH_MODEL, else MODELS' first name, or the shipped `demo`."""
    engine = choice(env, "SPEECH_ENGINE", FASTER_WHISPER, ENGINES)
    # Other recognizers have their own models, so MODELS need not name one.
    name = _model_name(env, "SPEECH_MODEL", 0) if engine == FASTER_WHISPER else ""
    demo = name == DEMO
    device = _device(env)
    return SpeechSettings(
        engine=engine,
        model=str(_models_path(env) / DEMO / "speech") if demo else name,
        cache_path=_cache_path(env),
        device=device,
        compute_type=env.get("SPEECH_COMPUTE_TYPE", "auto"),
        cpu_threads=_cpu_threads(env),
        beam_size=positive(env.get("SPEECH_BEAM_SIZE", "5"), "SPEECH_BEAM_SIZE"),
        region_s=positive(env.get("SPEECH_REGION", str(_DEMO_REGION_S if demo else 28)), "SPEECH_REGION"),
        window_s=positive(env.get("SPEECH_WINDOW", str(_DEMO_WINDOW_S if demo else 30)), "SPEECH_WINDOW"),
        batch_size=positive(env.get("SPEECH_BATCH", "16" if device == "cuda" else "4"), "SPEECH_BATCH"),
        language=env.get("SPEECH_LANGUAGE", "en"),
        service_key=env.get("SPEECH_SERVICE_KEY") or None,
    )


def read_vision(env: Mapping[str, str] = os.environ) -> VisionSettings:
    """Reads the settings; the model is VISION_MODEL, else MODELS' second name, or the shipped `demo`."""
    name = _model_name(env, "VISION_MODEL", 1)
    demo = name == DEMO
    shipped = _models_path(env) / DEMO / "animals.pt"
    device = _device(env)
    return VisionSettings(
        model=str(shipped) if demo else name,
        cache_path=_cache_path(env),
        sha256=env.get("VISION_SHA256") or (_shipped_sha256(shipped) if demo else None),
        labels=tuple(env.get("VISION_LABELS", ",".join(ANIMALS)).replace(" ", "").split(",")),
        device=device,
        cpu_threads=_cpu_threads(env, cores_each=2),
        image_size=positive(
            env.get("VISION_IMAGE_SIZE", str(_DEMO_IMAGE_SIZE if demo else 640)), "VISION_IMAGE_SIZE"
        ),
        confidence=_share(env.get("VISION_CONFIDENCE", str(_DEMO_CONFIDENCE if demo else 0.4))),
        batch_size=positive(env.get("VISION_BATCH", "64" if device == "cuda" else "8"), "VISION_BATCH"),
    )


def _shipped_sha256(path: Path) -> str | None:
    """Checksum of a shipped model, from the file beside it."""
    pin = path.with_name(f"{path.name}.sha256")
    return pin.read_text().split()[0] if pin.is_file() else None


def _model_name(env: Mapping[str, str], variable: str, place: int) -> str:
    """Name from `variable`, else from MODELS: `demo`, or two names such as `large-v3-turbo+yolo11n.pt`."""
    if env.get(variable):
        return env[variable]
    names = env.get("MODELS", "").split("+")
    if names == [DEMO]:
        return DEMO
    if len(names) == 2 and all(names):
        return names[place]
    raise SettingInvalid(
        f"MODELS is {env.get('MODELS', '')!r}; set it to demo, or to a speech and a vision model such as "
        f"large-v3-turbo+yolo11n.pt, or set SPEECH_MODEL and VISION_MODEL."
    )


def _models_path(env: Mapping[str, str]) -> Path:
    return Path(env.get("MODELS_DIR") or REPOSITORY / "models")


def _cache_path(env: Mapping[str, str]) -> Path:
    return Path(env.get("MODELS_CACHE") or REPOSITORY / ".data" / "models")


def _device(env: Mapping[str, str]) -> str:
    return choice(env, "DEVICE", "cpu", ("cpu", "cuda"))


def _cpu_threads(env: Mapping[str, str], cores_each: int = 1) -> int:
    # Cores of this process, which can be fewer than the machine's (container, taskset).
    # Torch's threads spin while they wait: beside FFmpeg, one for every core triples the detector's
    # processor time without a gain, so vision uses half of the cores.
    default = max(1, len(os.sched_getaffinity(0)) // cores_each)
    return positive(env.get("CPU_THREADS", str(default)), "CPU_THREADS")


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingInvalid(f"VISION_CONFIDENCE is {text!r}; it must be a number between 0 and 1.") from None

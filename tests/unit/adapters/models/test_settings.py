"""Settings of the models: the operator names them, and there is no default."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.models.settings import read_speech, read_vision
from domain.animals.names import ANIMALS
from domain.errors import SettingInvalid


def test_demo_selects_the_shipped_models(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "animals.pt.sha256").write_text("ab12  animals.pt\n")
    env = {"MODELS": "demo", "MODELS_DIR": str(tmp_path)}
    assert read_speech(env).model == str(tmp_path / "demo" / "speech")
    assert read_vision(env).model == str(tmp_path / "demo" / "animals.pt")
    assert read_vision(env).sha256 == "ab12"


def test_two_names_with_a_plus_are_the_speech_and_the_vision_model() -> None:
    env = {"MODELS": "large-v3-turbo+yolo11n.pt"}
    assert read_speech(env).model == "large-v3-turbo"
    assert read_vision(env).model == "yolo11n.pt"


def test_each_model_can_be_set_alone() -> None:
    env = {"MODELS": "demo", "SPEECH_MODEL": "small"}
    assert (read_speech(env).model, read_speech(env).region_s) == ("small", 28)
    assert read_vision(env).model.endswith("animals.pt")


@pytest.mark.parametrize("models", ["", "large-v3", "large-v3+", "+yolo11n.pt", "a+b+c"])
def test_incomplete_models_are_refused(models: str) -> None:
    for read in (read_speech, read_vision):
        with pytest.raises(SettingInvalid, match="MODELS"):
            read({"MODELS": models})


def test_a_recognizer_needs_no_model() -> None:
    assert read_speech({"SPEECH_ENGINE": "pocketsphinx"}).model == ""


def test_a_gpu_takes_larger_batches() -> None:
    env = {"MODELS": "large-v3+yolo11n.pt", "DEVICE": "cuda"}
    assert (read_speech(env).batch_size, read_vision(env).batch_size) == (16, 64)


def test_the_set_of_animals_can_be_changed() -> None:
    assert read_vision({"MODELS": "demo"}).labels == ANIMALS
    assert read_vision({"MODELS": "demo", "VISION_LABELS": "cat, dog"}).labels == ("cat", "dog")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEVICE", "tpu"),
        ("SPEECH_ENGINE", "parrot"),
        ("SPEECH_REGION", "31"),
        ("SPEECH_BEAM_SIZE", "0"),
        ("CPU_THREADS", "0"),
        ("VISION_IMAGE_SIZE", "333"),
        ("VISION_CONFIDENCE", "1.5"),
        ("VISION_CONFIDENCE", "high"),
    ],
)
def test_a_value_that_cannot_work_is_refused(name: str, value: str) -> None:
    env = {"MODELS": "demo", name: value}
    with pytest.raises(SettingInvalid):
        (read_speech(env), read_vision(env))

"""How a YOLO model is loaded: from a checked file, with no network, and with nothing written at home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from adapters.models.settings import VisionSettings
from adapters.models.yolo_file import yolo_file
from domain.errors import ModelUnavailable, SettingInvalid

if TYPE_CHECKING:
    from ultralytics.models import YOLO


def load_yolo(settings: VisionSettings) -> YOLO:
    """The model of `settings`. Raises an OperatorError that says what to mend."""
    path = yolo_file(settings)
    _quieten(settings.cache_path / "ultralytics")
    # ultralytics reads those variables, and writes its settings, when it is imported.
    import torch  # noqa: PLC0415
    from ultralytics.models import YOLO  # noqa: PLC0415

    if settings.device == "cuda" and not torch.cuda.is_available():
        raise SettingInvalid(
            "DEVICE is cuda, but torch finds no CUDA device: set DEVICE=cpu or mend the driver."
        )
    try:
        model = YOLO(str(path), task="detect")
        # The first look brings in half of torch; no task should have to wait for that.
        model.predict(np.zeros((32, 32, 3), dtype=np.uint8), imgsz=32, device=settings.device, verbose=False)
    # What is in the file decides what loading it can raise.
    except Exception as fault:
        raise ModelUnavailable(f"The vision model {path} can't be loaded: {fault}") from fault
    # After the first look, which sets it to 1 on a CPU.
    torch.set_num_threads(settings.cpu_threads)
    return model


def _quieten(folder: Path) -> None:
    """No reports to its makers, no packages installed on the way, no files in the home folder."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    os.environ.setdefault("MPLCONFIGDIR", str(folder))
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")


def class_ids(model: YOLO, labels: tuple[str, ...]) -> dict[int, str]:
    """The model's number for each of `labels` that it knows. Raises SettingInvalid when it knows none."""
    known = {number: name for number, name in model.names.items() if name in labels}
    if not known:
        raise SettingInvalid(
            f"The vision model knows none of VISION_LABELS ({', '.join(labels)}); "
            f"it knows {', '.join(model.names.values())}."
        )
    return known

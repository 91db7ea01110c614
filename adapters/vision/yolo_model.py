"""Loading of a YOLO model: from a checked file, offline, without files in the home folder."""

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
    """Load the model of `settings`. Raises an OperatorError that says what to fix."""
    path = yolo_file(settings)
    _set_environment(settings.cache_path / "ultralytics")
    # ultralytics reads those variables, and writes its settings, when it is imported.
    import torch  # noqa: PLC0415
    from ultralytics.models import YOLO  # noqa: PLC0415

    if settings.device == "cuda" and not torch.cuda.is_available():
        raise SettingInvalid(
            "DEVICE is cuda, but torch finds no CUDA device: set DEVICE=cpu or fix the driver."
        )
    try:
        model = YOLO(str(path), task="detect")
        # The first prediction imports much of torch; no task should wait for that.
        model.predict(np.zeros((32, 32, 3), dtype=np.uint8), imgsz=32, device=settings.device, verbose=False)
    # The code in the file can raise anything.
    except Exception as fault:
        raise ModelUnavailable(f"The vision model {path} can't be loaded: {fault}") from fault
    # After the first prediction, which sets it to 1 on a CPU.
    torch.set_num_threads(settings.cpu_threads)
    return model


def _set_environment(folder: Path) -> None:
    """Turn off ultralytics' telemetry, package installation, and files in the home folder."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    os.environ.setdefault("MPLCONFIGDIR", str(folder))
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")


def class_ids(model: YOLO, labels: tuple[str, ...]) -> dict[int, str]:
    """Class number of each of `labels` that the model has. Raises SettingInvalid when it has none."""
    known = {number: name for number, name in model.names.items() if name in labels}
    if not known:
        raise SettingInvalid(
            f"The vision model has none of VISION_LABELS ({', '.join(labels)}); "
            f"it has {', '.join(model.names.values())}."
        )
    return known

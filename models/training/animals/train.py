"""Training of a narrow YOLO11 from random weights on one CPU core, written in ultralytics' format."""

import hashlib
import io
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import yaml  # type: ignore[import-untyped]

from models.training.animals.compose import Recipe, write_pictures
from models.training.animals.finish import finish
from models.training.animals.glyphs import ANIMALS

TRAINING_SEED, VALIDATION_SEED = 11, 12


@dataclass(frozen=True)
class Plan:
    """Size of the training; the default takes about half an hour of one idle core.

    The learning rate falls as if `scheduled_epochs` were coming, but ultralytics' loop stops after
    `epochs`, and rounds of `finishing_steps` batches in the faster loop of `finish` take its place.
    """

    picture_count: int = 10_000
    validation_count: int = 300
    epochs: int = 3
    scheduled_epochs: int = 5
    finishing_steps: tuple[int, ...] = (700, 450, 1500)
    batch: int = 16
    image_size: int = 256

    def __post_init__(self) -> None:
        if min(self.picture_count, self.validation_count, self.epochs, self.batch, *self.finishing_steps) < 1:
            raise ValueError("every number of a plan must be at least 1")
        if self.image_size % 32:
            raise ValueError("the picture's side is a multiple of the model's stride, 32")


SMOKE_PLAN = Plan(
    picture_count=32,
    validation_count=8,
    epochs=1,
    scheduled_epochs=1,
    batch=8,
    image_size=96,
    finishing_steps=(2, 2),
)


def isolate_ultralytics(work_dir: Path) -> None:
    """Confines ultralytics to `work_dir`, one thread and no network; call it before its first import."""
    os.environ["YOLO_OFFLINE"] = "true"
    os.environ["YOLO_CONFIG_DIR"] = str(work_dir)
    os.environ["OMP_NUM_THREADS"] = "1"


def _model_description(ultralytics_path: Path) -> dict[str, Any]:
    """yolo11n with its widest layers halved: 1.5 M parameters instead of 2.6 M for ten classes."""
    layers = ultralytics_path / "cfg" / "models" / "11" / "yolo11.yaml"
    description: dict[str, Any] = yaml.safe_load(layers.read_text(encoding="utf-8"))
    # The letter must stay `n`: ultralytics knows no others. Depth, width, most channels.
    description["scales"] = {"n": [0.5, 0.25, 512]}
    description["nc"] = len(ANIMALS)
    return description


def _write_dataset(work_dir: Path, plan: Plan) -> Path:
    """Composes both sets unless they exist from a run with the same plan; returns their description file."""
    folder = work_dir / f"pictures-{plan.picture_count}-{plan.image_size}"
    description = folder / "animals.yaml"
    if description.exists():
        return description
    recipe = Recipe(width=plan.image_size, height=plan.image_size)
    write_pictures(folder, "train", plan.picture_count, TRAINING_SEED, recipe)
    write_pictures(folder, "val", plan.validation_count, VALIDATION_SEED, recipe)
    names = dict(enumerate(ANIMALS))
    sets = {"path": str(folder.resolve()), "train": "images/train", "val": "images/val", "names": names}
    description.write_text(yaml.safe_dump(sets), encoding="utf-8")
    return description


def train(work_dir: Path, plan: Plan) -> Path:
    """Trains from scratch and returns a checkpoint that holds the averaged weights."""
    isolate_ultralytics(work_dir)
    from ultralytics.models import YOLO  # noqa: PLC0415 - its first import reads the environment set above
    from ultralytics.utils import ROOT  # noqa: PLC0415

    torch.set_num_threads(1)
    dataset = _write_dataset(work_dir, plan)
    layers = work_dir / "yolo11n-animals.yaml"
    layers.write_text(yaml.safe_dump(_model_description(ROOT)), encoding="utf-8")
    model = YOLO(str(layers), task="detect")

    def stop_after_first_half(trainer: Any) -> None:
        trainer.stop = trainer.epoch + 1 >= plan.epochs

    model.add_callback("on_train_epoch_end", stop_after_first_half)
    model.train(
        data=str(dataset),
        project=str((work_dir / "runs").resolve()),
        name="animals",
        exist_ok=True,
        epochs=plan.scheduled_epochs,
        batch=plan.batch,
        nbs=plan.batch,  # optimise after every batch: there are few
        imgsz=plan.image_size,
        device="cpu",
        workers=0,
        seed=7,
        deterministic=True,
        pretrained=False,
        amp=False,  # its self-check would download a model
        plots=False,  # they would download a font
        val=False,  # measured once, at the end
        optimizer="AdamW",
        lr0=0.002,
        cos_lr=True,
        warmup_epochs=0.3,
        warmup_bias_lr=0.0,
        weight_decay=0.0005,
        # The pictures are varied already; this varies repetitions of one.
        mosaic=0.0,
        scale=0.25,
        translate=0.08,
        fliplr=0.5,
        hsv_h=0.01,
        hsv_s=0.2,
        hsv_v=0.2,
    )
    checkpoint = work_dir / "runs" / "animals" / "weights" / "last.pt"
    for steps in plan.finishing_steps:
        checkpoint = finish(checkpoint, dataset.parent, steps)
    return checkpoint


def publish(checkpoint: Path, destination: Path, plan: Plan) -> str:
    """Writes the averaged weights in half precision, without optimiser, paths or dates; returns the SHA-256.

    The SHA-256 is also written beside it, for those who load the model.

    `checkpoint` must be one that this program has just written: loading it runs code.
    """
    trained = torch.load(checkpoint, map_location="cpu", weights_only=False)
    network = trained.get("ema") or trained["model"]
    network.half()
    for parameter in network.parameters():
        parameter.requires_grad = False
    arguments = {"task": "detect", "imgsz": plan.image_size, "epochs": plan.epochs, "batch": plan.batch}
    network.args = dict(arguments)
    network.criterion = None
    network.yaml["yaml_file"] = "yolo11n-animals.yaml"
    network.names = dict(enumerate(ANIMALS))
    published = {
        "epoch": -1,
        "model": network,
        "ema": None,
        "optimizer": None,
        "train_args": arguments,
        "version": version("ultralytics"),
        "license": "AGPL-3.0-or-later",
    }
    # Saved to memory, because a file's name would be written into it.
    buffer = io.BytesIO()
    torch.save(published, buffer)
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_bytes(buffer.getvalue())
    sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
    pin = destination.with_name(f"{destination.name}.sha256")
    pin.write_text(f"{sha256}  {destination.name}\n", encoding="utf-8")
    return sha256

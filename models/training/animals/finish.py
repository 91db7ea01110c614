"""Second half of the training, in bfloat16: half the CPU time of ultralytics' float32 loop."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import torch

BATCH = 16
PEAK_RATE, LAST_RATE = 1e-3, 1e-5
WARM_UP_STEPS = 40  # AdamW's moments start at zero
FINISHING_SEED = 13


class Pictures:
    """The composed training set as an endless sequence of shuffled batches, with random flips."""

    def __init__(self, folder: Path) -> None:
        self._paths = sorted((folder / "images" / "train").glob("*.jpg"))
        labels = [folder / "labels" / "train" / f"{path.stem}.txt" for path in self._paths]
        self._rows = [
            np.array(label.read_text(encoding="utf-8").split(), dtype=np.float64).reshape(-1, 5)
            for label in labels
        ]
        self._rng = np.random.default_rng(FINISHING_SEED)
        self._waiting: list[int] = []

    def batch(self) -> dict[str, torch.Tensor]:
        """Pixels as N x 3 x H x W in 0..1, and all boxes as centre and size in shares of the picture."""
        pixels, rows, owners = [], [], []
        for place in range(BATCH):
            if not self._waiting:
                self._waiting = self._rng.permutation(len(self._paths)).tolist()
            index = self._waiting.pop()
            picture: Any = cv2.imread(str(self._paths[index]))
            picture, boxes = picture[..., ::-1], self._rows[index].copy()
            if self._rng.random() < 0.5:
                picture = picture[:, ::-1]
                boxes[:, 1] = 1 - boxes[:, 1]
            pixels.append(np.ascontiguousarray(picture))
            rows.append(boxes)
            owners += [place] * len(boxes)
        labelled = torch.from_numpy(np.concatenate(rows)).float()
        # The permutation gives the channels-last layout, in which bfloat16 convolutions are fastest on a CPU.
        image = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).float() / 255
        return {
            "img": image,
            "cls": labelled[:, :1],
            "bboxes": labelled[:, 1:],
            "batch_idx": torch.tensor(owners, dtype=torch.float32),
        }


def _rate(step: int, steps: int) -> float:
    """Learning rate: a short linear warm-up, then a cosine decay."""
    if step < WARM_UP_STEPS:
        return PEAK_RATE * (step + 1) / WARM_UP_STEPS
    gone = (step - WARM_UP_STEPS) / max(1, steps - WARM_UP_STEPS)
    return LAST_RATE + (PEAK_RATE - LAST_RATE) * (1 + math.cos(math.pi * gone)) / 2


def _in_float32(predictions: Any) -> Any:
    """Box edges lose whole pixels in bfloat16, so the loss is computed in float32."""
    if isinstance(predictions, dict):
        return {name: _in_float32(prediction) for name, prediction in predictions.items()}
    if isinstance(predictions, list | tuple):
        return [_in_float32(prediction) for prediction in predictions]
    return predictions.float() if torch.is_tensor(predictions) else predictions


def finish(checkpoint: Path, pictures: Path, steps: int) -> Path:
    """Trains on for `steps` batches from ultralytics' checkpoint; returns a checkpoint of averaged weights.

    `checkpoint` must be one that this program has just written: loading it runs code.
    """
    torch.manual_seed(FINISHING_SEED)
    trained = torch.load(checkpoint, map_location="cpu", weights_only=False)
    network: Any = (trained.get("ema") or trained["model"]).float().train()
    network = network.to(memory_format=torch.channels_last)
    network.args = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5, epochs=1)  # ultralytics' default loss weights
    network.criterion = None
    for name, parameter in network.named_parameters():
        parameter.requires_grad = ".dfl" not in name  # fixed by design
    moving_average: Any = torch.optim.swa_utils.get_ema_multi_avg_fn  # untyped in torch
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=moving_average(0.99), use_buffers=True
    )
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight for weight in learning if weight.ndim > 1], "weight_decay": 5e-4},
            {"params": [weight for weight in learning if weight.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=PEAK_RATE,
    )
    source = Pictures(pictures)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, steps)
        batch = source.batch()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            predictions = network.predict(batch["img"])
        loss, _ = network.loss(batch, _in_float32(predictions))
        optimizer.zero_grad()
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(learning, 10.0)
        optimizer.step()
        average.update_parameters(network)
        if step % 50 == 0:
            print(f"finishing step {step} of {steps}: loss {loss.sum().item() / BATCH:.2f}", flush=True)
    finished: Any = average.module
    finished.criterion = None
    destination = checkpoint.with_name("finished.pt")
    torch.save({"model": finished.to(memory_format=torch.contiguous_format)}, destination)
    return destination

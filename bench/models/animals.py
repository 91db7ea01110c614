"""CPU time of animal detection ÷ `yolo predict`, on every frame and on the same sampling."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from adapters.models.settings import VisionSettings, read_vision
from bench.clips import CLIPS, DEMO, first_moment, looped
from bench.measure import Usage, run_measured
from bench.report import Row, ratio
from bench.workbench import Workbench
from domain.animals.detections import Box, Detection
from domain.animals.names import ANIMALS
from domain.animals.sightings import sightings

_FRAME_RATE = 25  # of every demo clip
_MODELS = {"MODELS": "demo", "DEVICE": "cpu"}
# The whole picture: the position of an animal doesn't matter for its sighting.
_ANYWHERE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Detections:
    """One program's run over all clips. `labels` are the animals by clip."""

    cpu_s: float
    labels: dict[str, frozenset[str]]
    frames: int


class YoloCommand:
    """ultralytics' own command line with the product's model, size and confidence."""

    def __init__(self, settings: VisionSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._env = {"YOLO_CONFIG_DIR": str(folder), "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}

    def run(self, clips: Sequence[Path], stride: int) -> Detections:
        """Run on a folder with `clips` only; every `stride`th frame is used."""
        target = self._folder / "predictions"
        shutil.rmtree(target, ignore_errors=True)
        settings = self._settings
        usage = run_measured(
            [
                *(Path(sys.executable).with_name("yolo"), "predict", f"model={settings.model}"),
                *(f"source={clips[0].parent}", f"imgsz={settings.image_size}", f"conf={settings.confidence}"),
                *(f"vid_stride={stride}", "device=cpu", "agnostic_nms=True", "stream_buffer=False"),
                # `save=False`: no annotated video; a text file for each frame is compared.
                *("save=False", "save_txt=True", "save_conf=True"),
                *(f"project={self._folder}", "name=predictions", "exist_ok=True"),
            ],
            self._env,
        )
        labels = {clip.stem: self._labels_of(clip.stem, target / "labels") for clip in clips}
        return Detections(usage.cpu_s, labels, _frame_count(usage))

    def _labels_of(self, name: str, labels: Path) -> frozenset[str]:
        """The product's rule for sightings, on the command's output, so that only detection is compared."""
        detections = [
            Detection(
                ANIMALS[int(line.split()[0])],
                float(line.split()[-1]),
                int(path.stem.rpartition("_")[2]) * 1_000_000 // _FRAME_RATE,
                _ANYWHERE,
            )
            for path in labels.glob(f"{name}_*.txt")
            for line in path.read_text().splitlines()
        ]
        return frozenset(seen.label for seen in sightings(detections))


def _frame_count(usage: Usage) -> int:
    """Number of frames: one line each in the command's output."""
    return sum(line.startswith("video ") for line in usage.output.splitlines())


def run_product(clips: Sequence[Path]) -> Detections:
    usage = run_measured([sys.executable, "-m", "bench.models.product_animals", *clips], _MODELS)
    found = json.loads(usage.output.splitlines()[-1])
    labels = {name: frozenset(clip_result["labels"]) for name, clip_result in found.items()}
    return Detections(usage.cpu_s, labels, sum(clip_result["frames"] for clip_result in found.values()))


def measure(bench: Workbench) -> list[Row]:
    folder = bench.folder / "animals"
    clips, moment = _clip_folders(folder, 1 if bench.quick else 3)
    command = YoloCommand(read_vision(_MODELS), folder)
    runs: dict[str, list[Detections]] = {"ours": [], "every frame": [], "same sampling": []}
    for _ in range(1 if bench.quick else 3):
        runs["ours"].append(run_product(clips))
        runs["every frame"].append(command.run(clips, 1))
        runs["same sampling"].append(command.run(clips, _FRAME_RATE))
    our_start_s = run_product(moment).cpu_s
    their_start_s = command.run(moment, 1).cpu_s
    cpu_s = {name: median(each.cpu_s for each in results) for name, results in runs.items()}
    first = {name: results[0] for name, results in runs.items()}

    rows = []
    for name in ("every frame", "same sampling"):
        work_s, their_work_s = cpu_s["ours"] - our_start_s, cpu_s[name] - their_start_s
        rows.append(
            Row(
                f"animals: CPU time ÷ `yolo predict` on {name.replace('same', 'the same')}",
                f"{ratio(cpu_s['ours'], cpu_s[name])}; without the start {ratio(work_s, their_work_s)}",
                f"{len(clips)} clips: ours {cpu_s['ours']:.1f} CPU s, {first['ours'].frames} frames, "
                f"of it start and model {our_start_s:.1f}; theirs {cpu_s[name]:.1f} CPU s, "
                f"{first[name].frames} frames, of it start and model {their_start_s:.1f}; labels agree by "
                f"{agreement(first['ours'].labels, first[name].labels):.2f} (Jaccard)"
                f"{_differences(first['ours'].labels, first[name].labels)}",
            )
        )
    return rows


def _differences(ours: dict[str, frozenset[str]], theirs: dict[str, frozenset[str]]) -> str:
    """Text of the labels that only one of the two has."""
    parts = [
        f"; only {side} in {clip}: {', '.join(sorted(only))}"
        for clip in ours
        for side, only in (("ours", ours[clip] - theirs[clip]), ("theirs", theirs[clip] - ours[clip]))
        if only
    ]
    return "".join(parts)


def _clip_folders(folder: Path, times: int) -> tuple[list[Path], list[Path]]:
    """A folder with the clips, the first one repeated `times` times; and a clip of one frame."""
    clips, moment = folder / "clips", folder / "moment"
    for path in (clips, moment):
        path.mkdir(parents=True)
    others = [clips / clip.name for clip in CLIPS[1:]]
    for path in others:
        path.symlink_to(CLIPS[0].with_name(path.name))
    return [looped(DEMO, times, clips / DEMO.name), *others], [first_moment(CLIPS[1], moment / "moment.mp4")]


def agreement(ours: dict[str, frozenset[str]], theirs: dict[str, frozenset[str]]) -> float:
    """Jaccard index over all pairs of a clip and a label; two empty lists agree."""
    first = {(clip, label) for clip, labels in ours.items() for label in labels}
    second = {(clip, label) for clip, labels in theirs.items() for label in labels}
    return len(first & second) / len(first | second) if first | second else 1.0

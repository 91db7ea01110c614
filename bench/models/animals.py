"""Processor time of animal detection ÷ `yolo predict`, on every frame and on the same sampling."""

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
# The whole picture: where an animal stands plays no part in whether it is believed.
_ANYWHERE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Look:
    """One program's look at all clips. `labels` are what it believes of each."""

    cpu_s: float
    labels: dict[str, frozenset[str]]
    frames: int


class YoloCommand:
    """ultralytics' own command line with the product's model, size and confidence."""

    def __init__(self, settings: VisionSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._env = {"YOLO_CONFIG_DIR": str(folder), "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}

    def look(self, clips: Sequence[Path], stride: int) -> Look:
        """`clips` are all that is in their folder; every `stride`th frame is looked at."""
        target = self._folder / "predictions"
        shutil.rmtree(target, ignore_errors=True)
        settings = self._settings
        usage = run_measured(
            [
                *(Path(sys.executable).with_name("yolo"), "predict", f"model={settings.model}"),
                *(f"source={clips[0].parent}", f"imgsz={settings.image_size}", f"conf={settings.confidence}"),
                *(f"vid_stride={stride}", "device=cpu", "agnostic_nms=True", "stream_buffer=False"),
                # It draws a video of its own unless told not to; a line of text a frame is what is compared.
                *("save=False", "save_txt=True", "save_conf=True"),
                *(f"project={self._folder}", "name=predictions", "exist_ok=True"),
            ],
            self._env,
        )
        labels = {clip.stem: self._believed(clip.stem, target / "labels") for clip in clips}
        return Look(usage.cpu_s, labels, _looked_at(usage))

    def _believed(self, name: str, labels: Path) -> frozenset[str]:
        """The product's own rule over what the command wrote, so that the models alone are compared."""
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


def _looked_at(usage: Usage) -> int:
    """Each frame is one line of the command's output."""
    return sum(line.startswith("video ") for line in usage.output.splitlines())


def our_look(clips: Sequence[Path]) -> Look:
    usage = run_measured([sys.executable, "-m", "bench.models.our_animals", *clips], _MODELS)
    found = json.loads(usage.output.splitlines()[-1])
    labels = {name: frozenset(told["labels"]) for name, told in found.items()}
    return Look(usage.cpu_s, labels, sum(told["frames"] for told in found.values()))


def measure(bench: Workbench) -> list[Row]:
    folder = bench.folder / "animals"
    clips, moment = _laid_out(folder, 1 if bench.quick else 3)
    command = YoloCommand(read_vision(_MODELS), folder)
    runs: dict[str, list[Look]] = {"ours": [], "every frame": [], "same sampling": []}
    for _ in range(1 if bench.quick else 3):
        runs["ours"].append(our_look(clips))
        runs["every frame"].append(command.look(clips, 1))
        runs["same sampling"].append(command.look(clips, _FRAME_RATE))
    our_start_s = our_look(moment).cpu_s
    their_start_s = command.look(moment, 1).cpu_s
    cpu_s = {name: median(look.cpu_s for look in looks) for name, looks in runs.items()}
    first = {name: looks[0] for name, looks in runs.items()}

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
                f"{_apart(first['ours'].labels, first[name].labels)}",
            )
        )
    return rows


def _apart(ours: dict[str, frozenset[str]], theirs: dict[str, frozenset[str]]) -> str:
    """What only one of the two believes."""
    told = [
        f"; only {who} in {clip}: {', '.join(sorted(only))}"
        for clip in ours
        for who, only in (("ours", ours[clip] - theirs[clip]), ("theirs", theirs[clip] - ours[clip]))
        if only
    ]
    return "".join(told)


def _laid_out(folder: Path, times: int) -> tuple[list[Path], list[Path]]:
    """The clips in a folder of their own, the first one several times as long; and a clip of one frame."""
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

"""Reference of the pipeline benchmark: the same tools, models and recipes in one script, in parallel.

As a program it loads the models, prints `ready`, and then reads one JSON line for each job.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from ultralytics.models import YOLO

from adapters.ffmpeg.settings import EncodeRecipe
from adapters.models.settings import SpeechSettings, VisionSettings, read_speech, read_vision

_FFMPEG = ("ffmpeg", "-hide_banner", "-v", "error", "-nostdin", "-y")


@dataclass(frozen=True)
class Job:
    """Paths of one video's source, result and intermediate folder."""

    source: Path
    final: Path
    folder: Path


class ReferencePipeline:
    def __init__(self, speech: SpeechSettings, vision: VisionSettings) -> None:
        self._speech = speech
        self._vision = vision
        self._whisper = BatchedInferencePipeline(
            WhisperModel(speech.model, device="cpu", compute_type="int8", cpu_threads=speech.cpu_threads)
        )
        self._yolo: Any = YOLO(vision.model, task="detect")
        # The first prediction loads half of torch.
        self._yolo.predict(np.zeros((32, 32, 3), dtype=np.uint8), imgsz=32, device="cpu", verbose=False)

    def run(self, job: Job) -> dict[str, object]:
        """Run the three stages in parallel, then merge."""
        with ThreadPoolExecutor(3) as threads:
            picture = threads.submit(self._downscale, job)
            transcript = threads.submit(self._transcribe, job)
            animals = threads.submit(self._detect, job)
            language, srt_path = transcript.result()
            self._merge(picture.result(), srt_path, job.final)
            return {"language": language, "animals": animals.result()}

    def _downscale(self, job: Job) -> Path:
        recipe = EncodeRecipe()
        picture = job.folder / "picture.mp4"
        _ffmpeg(
            *("-i", job.source, "-map", "0:v:0", "-map", "0:a:0", "-vf", "scale=-2:min(1080\\,ih)"),
            *("-c:v", "libx264", "-preset", recipe.preset, "-crf", recipe.crf),
            *("-c:a", "aac", "-b:a", recipe.audio_bitrate, "-movflags", "+faststart", picture),
        )
        return picture

    def _transcribe(self, job: Job) -> tuple[str, Path]:
        pcm_path = job.folder / "audio.pcm"
        _ffmpeg("-i", job.source, "-vn", "-ac", "1", "-ar", "16000", "-f", "s16le", pcm_path)
        sound = np.fromfile(pcm_path, dtype="<i2").astype(np.float32) / np.float32(32768)
        segments, details = self._whisper.transcribe(
            sound,
            beam_size=self._speech.beam_size,
            batch_size=self._speech.batch_size,
            chunk_length=self._speech.region_s,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        blocks = [
            f"{number}\n{_clock(segment.start)} --> {_clock(segment.end)}\n{segment.text.strip()}\n"
            for number, segment in enumerate(segments, start=1)
        ]
        srt_path = job.folder / "subtitles.srt"
        srt_path.write_text("\n".join(blocks))
        return details.language, srt_path

    def _detect(self, job: Job) -> list[str]:
        """One frame a second, with the product's savings: non-reference frames are not decoded."""
        side = self._vision.image_size
        width, height = _fitted(job.source, side)
        argv = [
            *(*_FFMPEG, "-skip_frame", "noref", "-skip_loop_filter", "all", "-i", job.source, "-an"),
            *("-vf", f"fps=1,scale={width}:{height}:flags=area", "-pix_fmt", "bgr24", "-f", "rawvideo", "-"),
        ]
        labels: set[str] = set()
        with subprocess.Popen(
            list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            while batch := child.stdout.read(width * height * 3 * self._vision.batch_size):
                frames = np.frombuffer(batch, dtype=np.uint8).reshape(-1, height, width, 3)
                for result in self._yolo.predict(
                    [np.ascontiguousarray(frame) for frame in frames],
                    imgsz=side,
                    conf=self._vision.confidence,
                    device="cpu",
                    verbose=False,
                ):
                    labels |= {result.names[int(number)] for number in result.boxes.cls.tolist()}
        if child.returncode != 0:
            raise RuntimeError(f"ffmpeg ended with {child.returncode}")
        return sorted(labels & set(self._vision.labels))

    def _merge(self, picture: Path, srt_path: Path, final: Path) -> None:
        cues = ("-i", srt_path, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text")
        _ffmpeg("-i", picture, *cues, "-movflags", "+faststart", final)


def _ffmpeg(*arguments: object) -> None:
    subprocess.run([*_FFMPEG, *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


def _fitted(source: Path, side: int) -> tuple[int, int]:
    options = (
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        "stream=width,height",
        "-of",
        "csv=p=0",
    )
    done = subprocess.run(["ffprobe", *options, str(source)], check=True, capture_output=True, text=True)
    width, height = (int(text) for text in done.stdout.strip().split(",")[:2])
    share = min(side / width, side / height, 1.0)
    return round(width * share), round(height * share)


def _clock(time_s: float) -> str:
    milliseconds = round(time_s * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02},{rest % 1000:03}"


def main() -> None:
    send = partial(print, flush=True)
    env = {"MODELS": "demo", "DEVICE": "cpu"}
    pipeline = ReferencePipeline(read_speech(env), read_vision(env))
    send("ready")
    for line in sys.stdin:
        job = Job(**{name: Path(text) for name, text in json.loads(line).items()})
        started_s = time.monotonic()
        found = pipeline.run(job)
        send(json.dumps(found | {"wall_s": time.monotonic() - started_s}))


if __name__ == "__main__":
    main()

"""Jobs of the trials: small videos with options that cover every path of a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e import media

CHUNK_AFTER_S = 6
CLIPS = Path(__file__).parents[2] / "models" / "demo" / "clip"


@dataclass(frozen=True)
class Job:
    """A video and its options."""

    name: str
    path: Path
    fields: dict[str, str] = field(default_factory=dict)


def make_jobs(folder: Path) -> dict[str, Job]:
    """Make the clips. Those of 8 s are encoded in chunks, shorter ones at once."""
    jobs = (
        # Encoding takes some seconds, and both models are used.
        Job("encoded", _noisy(folder / "encoded.mp4", 8, crf=30), {"max_height": "480"}),
        Job("burnt", CLIPS / "spanish-horse.mp4", {"subtitle_mode": "burn", "language": "es"}),
        Job("short", _noisy(folder / "short.mp4", 4, crf=30), {"max_height": "480", "subtitle_mode": "none"}),
        # It conforms and so is copied; it and its result are multipart uploads.
        Job("bulky", _noisy(folder / "bulky.mp4", 4, crf=24), {"language": "en"}),
    )
    return {job.name: job for job in jobs}


def _noisy(target: Path, seconds: int, crf: int) -> Path:
    """A clip with noise, so that it is large for its length."""
    source = CLIPS / "english-dog.mp4"
    noise = "scale=1280:720,noise=alls=14:allf=t:all_seed=7"
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-crf", str(crf)]
    encode += ["-pix_fmt", "yuv420p", "-c:a", "copy", "-t", str(seconds)]
    return media.make(target, "-i", f"file:{source}", "-vf", noise, *encode)

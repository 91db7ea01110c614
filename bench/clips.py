"""Clips of the benchmarks, and longer and shorter ones made of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from local.settings import REPOSITORY_PATH

FOLDER = REPOSITORY_PATH / "models" / "demo" / "clip"
DEMO = FOLDER / "demo.mp4"
CLIPS = (DEMO, FOLDER / "english-dog.mp4", FOLDER / "spanish-horse.mp4")


def looped(clip: Path, times: int, target: Path) -> Path:
    """The clip repeated; the picture is copied, the sound re-encoded without overlap at the joins."""
    again = ("-stream_loop", str(times - 1), "-i", f"file:{clip}")
    # Overlaps are cut from 10 ms on; by default only when they have grown to 100 ms.
    joined = "aresample=async=1:min_hard_comp=0.01"
    return _made(target, *again, "-map", "0:v", "-map", "0:a", "-c:v", "copy", "-af", joined)


def varied(clip: Path, number: int) -> Path:
    """The clip with other bytes and the same content, so that no cached result of another run is used."""
    target = clip.with_stem(f"{clip.stem}-{number}")
    filling = number.to_bytes(4, "big")
    # An MP4 box, or a Matroska element, that readers skip; it may be at a file's end.
    ending = (b"\xec\x84" if clip.suffix == ".mkv" else b"\x00\x00\x00\x0cfree") + filling
    target.write_bytes(clip.read_bytes() + ending)
    return target


def first_moment(clip: Path, target: Path) -> Path:
    """One frame and half a second of silence: it measures the start of a program."""
    frame = ("-t", "0.04", "-i", f"file:{clip}")
    silence = ("-f", "lavfi", "-t", "0.5", "-i", "anullsrc=r=48000:cl=mono")
    return _made(target, *frame, *silence, "-map", "0:v", "-map", "1:a")


def _made(target: Path, *arguments: str) -> Path:
    if not target.exists():
        command = ["ffmpeg", "-hide_banner", "-v", "error", "-nostdin", *arguments, f"file:{target}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target

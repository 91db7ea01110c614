"""Recipes of small clips with known content, for the real FFmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

Clips = Callable[[str], Path]

TONE = ["-f", "lavfi", "-i", "sine=440:r=44100:d=2"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "64k"]


def picture(size: str = "320x180", rate: str = "25", duration: str = "2") -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={duration}"]


RECIPES: dict[str, list[str]] = {
    "plain.mp4": [*picture(), *TONE, *X264, "-g", "25", *AAC],
    "faststart.mp4": [*picture(), *TONE, *X264, *AAC, "-movflags", "+faststart"],
    "large.mp4": [*picture("640x360"), *TONE, *X264, *AAC],
    "ntsc.mp4": [*picture(rate="30000/1001"), *X264],
    "mute.mp4": [*picture(), "-c:v", "mpeg4"],
    "mp3.mp4": [*picture(), *TONE, *X264, "-c:a", "libmp3lame"],
    "portrait.mkv": [*picture("180x320"), *TONE, "-c:v", "mpeg4", "-c:a", "libopus"],
    "deep.mkv": [
        *picture(), *TONE, "-c:v", "libx265", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p10le", "-c:a", "flac",
    ],
    "hdr.mkv": [
        *picture(), "-vf", "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
    ],
    "tagged.mp4": [
        *picture("640x360"), "-vf", "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709", *X264,
    ],
    "odd.mkv": [*picture("321x181"), *TONE, "-c:v", "ffv1", "-pix_fmt", "yuv444p", *AAC],
    "wide_pixels.mp4": [*picture("320x240"), "-vf", "setsar=4/3", *X264],
    "short.mp4": [*picture(duration="0.5"), "-f", "lavfi", "-i", "sine=440:d=0.5", "-c:v", "mpeg4", *AAC],
    "one_frame.mp4": [*picture(duration="0.04"), *X264],
    "full_range.avi": [*picture(), *TONE, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"],
    "vfr.mp4": [
        # Every third frame of the second half is missing and every time is off the grid.
        *picture(), "-vf", "select='not(gt(n,24)*eq(mod(n,3),0))',setpts='PTS+mod(N,4)*0.007/TB'",
        "-fps_mode", "vfr", "-enc_time_base", "1:90000", *X264,
    ],
    "two_pictures.mkv": [
        *picture("160x90"), *picture(), *TONE, *TONE, "-map", "0", "-map", "1", "-map", "2", "-map", "3",
        *X264, *AAC,
        "-disposition:a:0", "0", "-disposition:a:1", "default", "-metadata:s:a:1", "language=fra",
    ],
    "surround.mkv": [
        *picture(), "-f", "lavfi", "-i", "anullsrc=cl=5.1:r=48000:d=2", *X264, "-c:a", "ac3", "-shortest",
    ],
    "late_sound.mkv": [
        *picture(), "-itsoffset", "0.7", "-f", "lavfi", "-i", "sine=440:d=1", *X264, "-c:a", "flac",
    ],
    "sound_gap.mkv": [
        *picture(duration="4"), "-f", "lavfi", "-i", "sine=440:d=4", *X264,
        "-af", "aselect='not(between(t,1,3))'", "-c:a", "pcm_s16le",
    ],
    "sound_only.mp4": [*TONE, *AAC],
    "long_group.mp4": [*picture("160x90", duration="5"), *X264, "-g", "250", "-bf", "2"],
    "broadcast.ts": [*picture(duration="4"), "-f", "lavfi", "-i", "sine=440:d=4", *X264, "-g", "25", *AAC],
    "tagged_sound.mp4": [
        *picture("640x360"), *TONE, *X264, *AAC, "-metadata:s:a:0", "language=fra",
        "-metadata", "location=+48.85+002.35/", "-metadata", "title=Secret",
    ],
    "two_hours.mp4": [
        *picture("64x36", rate="1", duration="7200"), "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=7200",
        *X264, "-g", "20", *AAC,
    ],
    "unstated.mkv": [*picture("160x90", duration="4"), *X264, "-live", "1"],
    "days_of_nothing.mkv": [
        *picture("160x90"), "-vf", "setpts='PTS+gt(N,20)*200000/TB'", "-fps_mode", "passthrough", *X264,
    ],
    "hours_of_nothing.mkv": [
        *picture("160x90"), "-vf", "setpts='PTS+gt(N,20)*9000/TB'", "-fps_mode", "passthrough", *X264,
    ],
}  # fmt: skip


def ffmpeg(*words: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words], check=True)


def turned(upright: Path, quarter_turns: int, target: Path) -> Path:
    """Clip with its track's display matrix rotated clockwise, as phones write it."""
    content = bytearray(upright.read_bytes())
    matrices = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}
    a, b, c, d = (value << 16 for value in matrices[quarter_turns])
    # In a version-0 header the matrix starts 40 bytes after the version field.
    start = content.index(b"tkhd") + 4 + 40
    for offset, value in ((0, a), (4, b), (12, c), (16, d)):
        content[start + offset : start + offset + 4] = value.to_bytes(4, "big", signed=True)
    target.write_bytes(content)
    return target

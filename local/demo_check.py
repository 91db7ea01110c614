"""Judges what came out of the demo against what its clip was made with."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.api import Answer
from local.clip import Clip
from local.faults import ResultWrong

MOST_LINES = 1080
MOST_WORD_ERRORS = 0.2
# The last frame and the last sound need not end at the same moment.
_END_TOLERANCE_US = 250_000
# A video's track names its language in three letters, of which some languages have two sets.
_TRACK_LANGUAGES = {"en": {"eng"}, "fr": {"fra", "fre"}, "es": {"spa"}}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `what` tells it with its figures."""

    what: str
    right: bool


def judge(status: Answer, folder: Path, clip: Clip) -> list[Finding]:
    """Everything that must be right of a result in `folder`."""
    result = status["result"]
    video = folder / "final.mp4"
    animals = frozenset(result["animals_detected"])
    errors = word_error_rate(" ".join(clip.sentences), " ".join(transcript_text(folder / "subtitles.vtt")))
    return [
        Finding(
            f"language {result['language']}, spoken: {clip.language}", result["language"] == clip.language
        ),
        Finding(f"animals {_listed(animals)}, shown: {_listed(clip.animals)}", animals == clip.animals),
        Finding(f"word error rate of the subtitles {errors:.2f}", errors <= MOST_WORD_ERRORS),
        *_streams(video, clip),
        _plays_to_its_end(video, clip),
    ]


def word_error_rate(said: str, heard: str) -> float:
    """Words that were changed, lost or added, for each word that was said; case and marks don't count."""
    reference, found = _words(said), _words(heard)
    if not reference:
        return float(bool(found))
    row = list(range(len(found) + 1))
    for count, word in enumerate(reference, start=1):
        diagonal, row[0] = row[0], count
        for column, other in enumerate(found, start=1):
            best = min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
            diagonal, row[column] = row[column], best
    return row[-1] / len(reference)


def transcript_text(vtt_path: Path) -> list[str]:
    """The text of each cue of a WebVTT file, on one line."""
    blocks = vtt_path.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n\n")
    texts = []
    for block in blocks:
        lines = block.strip().splitlines()
        times = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if times is not None:
            text = re.sub(r"<[^>]*>", "", " ".join(lines[times + 1 :]))
            texts.append(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return texts


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _streams(video: Path, clip: Clip) -> list[Finding]:
    asked = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-i", f"file:{video}"]
    streams: list[dict[str, Any]] = json.loads(_output(asked))["streams"]
    lines = [stream["height"] for stream in streams if stream["codec_type"] == "video"]
    tracks = [
        stream.get("tags", {}).get("language", "und")
        for stream in streams
        if stream["codec_type"] == "subtitle"
    ]
    wanted = _TRACK_LANGUAGES[clip.language]
    return [
        Finding(f"picture of {lines} lines", bool(lines) and max(lines) <= MOST_LINES),
        Finding(f"subtitle tracks {tracks}", len(tracks) == 1 and tracks[0] in wanted),
    ]


def _plays_to_its_end(video: Path, clip: Clip) -> Finding:
    argv = ["ffmpeg", "-nostdin", "-v", "error"]
    argv += ["-xerror"]  # a file that is cut short would end with exit code 0 otherwise
    argv += ["-i", f"file:{video}", "-map", "0:v", "-map", "0:a"]
    argv += ["-progress", "pipe:1", "-f", "null", "-"]
    times = re.findall(r"^out_time_us=(\d+)$", _output(argv), re.MULTILINE)
    end_us = int(times[-1]) if times else 0
    right = abs(end_us - clip.duration_us) <= _END_TOLERANCE_US
    return Finding(f"decodes to {end_us / 1e6:.2f} s of {clip.duration_us / 1e6:.2f} s", right)


def _output(argv: list[str]) -> str:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr.strip():
        raise ResultWrong(f"The final video does not play: {done.stderr.strip() or argv[0] + ' failed'}")
    return done.stdout

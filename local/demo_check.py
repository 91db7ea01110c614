"""Check of the demo's result against the expected results of its clip."""

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
# Picture and sound need not end at the same time.
_END_TOLERANCE_US = 250_000
# ISO 639-2 codes of a track's language; some languages have two.
_TRACK_LANGUAGES = {"en": {"eng"}, "fr": {"fra", "fre"}, "es": {"spa"}}


@dataclass(frozen=True)
class Finding:
    """Result of one check; `text` describes it with its figures."""

    text: str
    right: bool


def check_result(status: Answer, folder: Path, clip: Clip) -> list[Finding]:
    """Findings of all checks on the result in `folder`."""
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
        _decodes_to_its_end(video, clip),
    ]


def word_error_rate(reference_text: str, text: str) -> float:
    """Changed, lost and added words ÷ words of the reference; case and punctuation don't count."""
    reference, found = _words(reference_text), _words(text)
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
    argv = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-i", f"file:{video}"]
    streams: list[dict[str, Any]] = json.loads(_output(argv))["streams"]
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


def _decodes_to_its_end(video: Path, clip: Clip) -> Finding:
    argv = ["ffmpeg", "-nostdin", "-v", "error"]
    argv += ["-xerror"]  # otherwise a truncated file would end with exit code 0
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

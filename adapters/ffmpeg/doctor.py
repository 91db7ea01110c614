"""Check of the installed FFmpeg: version, filters and encoders that the product needs."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from adapters.ffmpeg.run.runner import Job, Runner
from adapters.ffmpeg.sandbox.guards import guards
from adapters.ffmpeg.settings import RunLimits
from domain.attempts.progress import UnreportedProgress
from domain.errors import PipelineError, ToolMissing

# `-fps_mode` came with 5.1.
_OLDEST_VERSION = (5, 1)
_NEEDED_FILTERS = (
    "scale",
    "setsar",
    "format",
    "subtitles",
    "aresample",
    "aformat",
    "apad",
    "atrim",
    "select",
    "split",
)
_NEEDED_ENCODERS = ("libx264", "aac", "mov_text", "pcm_s16le", "rawvideo")
_FIX = "install a full build of FFmpeg (apt install ffmpeg)"


def missing_components() -> list[str]:
    """One sentence for each needed component that this machine's FFmpeg lacks; empty when none is missing."""
    try:
        version, filters, encoders = map(_listing, ("-version", "-filters", "-encoders"))
        _run("ffprobe", "-version")
    except PipelineError as error:
        return [str(error)]
    return missing_from(version, filters, encoders)


def missing_from(version_text: str, filter_listing: str, encoder_listing: str) -> list[str]:
    """Missing components by FFmpeg's own listings."""
    filters, encoders = _names(filter_listing), _names(encoder_listing)
    version_name = " ".join(version_text.split()[2:3])
    missing = [f"FFmpeg lacks the filter {name}: {_FIX}." for name in _NEEDED_FILTERS if name not in filters]
    missing += [
        f"FFmpeg lacks the encoder {name}: {_FIX}." for name in _NEEDED_ENCODERS if name not in encoders
    ]
    if (version := _version(version_name)) and version < _OLDEST_VERSION:
        missing.append(f"FFmpeg is {version_name}; 5.1 or newer is needed: {_FIX}.")
    return missing


@cache
def can_tone_map() -> bool:
    """True if FFmpeg has the filters for tone mapping HDR to SDR (zimg's zscale)."""
    return {"zscale", "tonemap"} <= _names(_listing("-filters"))


def _names(listing: str) -> set[str]:
    """Names in a listing: the second word of each line."""
    return {words[1] for line in listing.splitlines() if len(words := line.split()) > 2}


def _version(text: str) -> tuple[int, ...]:
    """Parses `5.1.9-0+deb12u1` as (5, 1); development builds have no number and give ()."""
    major, _, rest = text.partition(".")
    minor = rest.split("-")[0].split(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else ()


def _listing(question: str) -> str:
    return _run("ffmpeg", "-hide_banner", question)


def _run(*argv: str) -> str:
    runner = Runner(RunLimits(cpu_base_s=60))
    with tempfile.TemporaryDirectory() as folder:
        _, text = runner.run(Job(argv, Path(folder), reads_source=False), UnreportedProgress())
    return text.decode("utf-8", "replace")


def check_ffmpeg() -> str:
    """Description of FFmpeg's state and confinement; raises `ToolMissing` with every missing component."""
    if missing := missing_components():
        raise ToolMissing(" ".join(missing))
    return f"ready; {guards()}"

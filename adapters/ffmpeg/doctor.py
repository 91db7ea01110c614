"""Which parts of FFmpeg are missing on this machine, and how to mend it."""

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
_MEND = "install a full build of FFmpeg (apt install ffmpeg)"


def missing_parts() -> list[str]:
    """One sentence for each part that the product needs and does not find; empty when all is well."""
    try:
        version, filters, encoders = map(_listing, ("-version", "-filters", "-encoders"))
        _ask("ffprobe", "-version")
    except PipelineError as error:
        return [str(error)]
    return lacking(version, filters, encoders)


def lacking(version_text: str, filter_listing: str, encoder_listing: str) -> list[str]:
    """What is missing in an FFmpeg that says this of itself."""
    filters, encoders = _names(filter_listing), _names(encoder_listing)
    told = " ".join(version_text.split()[2:3])
    missing = [f"FFmpeg lacks the filter {name}: {_MEND}." for name in _NEEDED_FILTERS if name not in filters]
    missing += [
        f"FFmpeg lacks the encoder {name}: {_MEND}." for name in _NEEDED_ENCODERS if name not in encoders
    ]
    if (version := _version(told)) and version < _OLDEST_VERSION:
        missing.append(f"FFmpeg is {told}; 5.1 or newer is needed: {_MEND}.")
    return missing


@cache
def can_tone_map() -> bool:
    """HDR can be brought to standard range properly only with zimg's filter."""
    return {"zscale", "tonemap"} <= _names(_listing("-filters"))


def _names(listing: str) -> set[str]:
    """The second word of each line is the part's name."""
    return {words[1] for line in listing.splitlines() if len(words := line.split()) > 2}


def _version(told: str) -> tuple[int, ...]:
    """`5.1.9-0+deb12u1` as (5, 1); builds from a development branch carry no number and are believed."""
    major, _, rest = told.partition(".")
    minor = rest.split("-")[0].split(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else ()


def _listing(question: str) -> str:
    return _ask("ffmpeg", "-hide_banner", question)


def _ask(*argv: str) -> str:
    runner = Runner(RunLimits(cpu_base_s=60))
    with tempfile.TemporaryDirectory() as folder:
        _, text = runner.run(Job(argv, Path(folder), reads_source=False), UnreportedProgress())
    return text.decode("utf-8", "replace")


def check_parts() -> str:
    """How media processes are confined; raises `ToolMissing` naming every part that is not there."""
    if missing := missing_parts():
        raise ToolMissing(" ".join(missing))
    return f"ready; {guards()}"

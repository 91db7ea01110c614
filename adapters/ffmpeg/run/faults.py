"""Classification of FFmpeg's failures, by exit code and last error lines, into the product's errors."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

from adapters.ffmpeg.sandbox import launcher
from domain.errors import (
    MediaToolFailed,
    PipelineError,
    ScratchFull,
    SourceTooLarge,
    SourceTruncated,
    SourceTypeUnsupported,
    SourceUnreadable,
)

_PATH = re.compile(r"(file:)?/[^\s'\":]+")
_COMPONENT_PREFIX = re.compile(r"^(\[[^\]]* @ 0x[0-9a-f]+\] )+")

_DISK_FULL = re.compile("No space left on device")
_DISK_FULL_SENTENCE = "The disk for temporary files is full."

# Searched in this order: the first pattern that matches any line decides.
_PATTERNS: tuple[tuple[re.Pattern[str], type[PipelineError], str], ...] = (
    (
        _DISK_FULL,
        ScratchFull,
        _DISK_FULL_SENTENCE,
    ),
    (
        re.compile("max_pixels|Picture size .* (is invalid|exceeds)|Video dimensions .* exceed", re.I),
        SourceTooLarge,
        "The picture has more pixels than are allowed.",
    ),
    (
        re.compile("max_streams|streams? .*exceed", re.I),
        SourceTooLarge,
        "The file holds more streams than are allowed.",
    ),
    # After those two, which FFmpeg also reports as a lack of memory.
    (
        re.compile("Cannot allocate memory|Out of memory"),
        SourceTooLarge,
        "The video needs more memory than one job may use.",
    ),
    (
        re.compile("not on whitelist", re.I),
        SourceTypeUnsupported,
        "The file's format or codec is not supported.",
    ),
    (
        re.compile("moov atom not found"),
        SourceTruncated,
        "The file is cut short: its index is missing.",
    ),
    (
        re.compile("partial file|ended prematurely|corrupt input packet|Packet corrupt|truncat", re.I),
        SourceTruncated,
        "The file is cut short: it ends in the middle of its content.",
    ),
    (
        re.compile(
            "Invalid data found|Error while decoding|Decode error rate|EBML header parsing failed|Invalid NAL"
            "|Could not find codec parameters|does not contain any stream|Invalid argument"
            "|Decoder .* not found|Unknown decoder|: End of file$",
            re.I,
        ),
        SourceUnreadable,
        "The file can't be read as a video.",
    ),
)
_CUT_SHORT = re.compile("File ended prematurely")
_SENDER_FAULTS = (SourceTooLarge, SourceTypeUnsupported, SourceTruncated, SourceUnreadable)


def classify(
    exit_code: int, error_lines: Sequence[str], *, cpu_limit_reached: bool, reads_source: bool
) -> PipelineError:
    """Error of a failed run. It is a sender's error only if the run read the sender's file."""
    if exit_code == launcher.FAILED and (failure := _launch_failure(error_lines)):
        return MediaToolFailed(f"FFmpeg was not started, because it could not be confined. {failure}")
    if cpu_limit_reached or exit_code == -signal.SIGXCPU:
        fault: PipelineError = SourceTooLarge("The video needs more processor time than one job may use.")
    elif exit_code == -signal.SIGXFSZ:
        fault = SourceTooLarge("The video makes a larger file than one job may write.")
    else:
        fault = _from_lines(exit_code, error_lines)
    if isinstance(fault, _SENDER_FAULTS) and not reads_source:
        return MediaToolFailed(f"FFmpeg failed on a file that the pipeline itself made. {fault}")
    return fault


def disk_full(error_lines: Sequence[str]) -> ScratchFull | None:
    """Fault of a full disk at the last write: FFmpeg reports it and still ends with exit code 0."""
    full = any(_DISK_FULL.search(line) for line in error_lines)
    return ScratchFull(_DISK_FULL_SENTENCE) if full else None


def cut_short(error_lines: Sequence[str]) -> SourceTruncated | None:
    """Fault of a truncated Matroska file: its reader reports it and still ends with exit code 0."""
    found = next((line for line in error_lines if _CUT_SHORT.search(line)), None)
    if found is None:
        return None
    return SourceTruncated(
        f"The file is cut short: it ends in the middle of its content. FFmpeg says: {_cleaned(found)}"
    )


def _launch_failure(error_lines: Sequence[str]) -> str:
    return next((line for line in error_lines if line.startswith(launcher.ERROR_PREFIX)), "")


def _from_lines(exit_code: int, error_lines: Sequence[str]) -> PipelineError:
    for pattern, kind, sentence in _PATTERNS:
        if found := next((line for line in error_lines if pattern.search(line)), None):
            return kind(f"{sentence} FFmpeg says: {_cleaned(found)}")
    ending = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
    last = next((line for line in reversed(error_lines) if line.strip()), "")
    return MediaToolFailed(f"FFmpeg {ending}." + (f" It says: {_cleaned(last)}" if last else ""))


def _cleaned(line: str) -> str:
    """Line without scratch paths and without the address of the component that wrote it."""
    return _PATH.sub("the file", _COMPONENT_PREFIX.sub("", line.strip()))[:300]

"""Whose fault it is when FFmpeg ends with an error, told from its exit and its last lines."""

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
_SPEAKER = re.compile(r"^(\[[^\]]* @ 0x[0-9a-f]+\] )+")

_DISK_FULL = re.compile("No space left on device")
_DISK_FULL_SENTENCE = "The disk for temporary files is full."

# Looked for in this order: the first kind that any line speaks of is the fault.
_SIGNS: tuple[tuple[re.Pattern[str], type[PipelineError], str], ...] = (
    (
        _DISK_FULL,
        ScratchFull,
        _DISK_FULL_SENTENCE,
    ),
    (
        re.compile("max_pixels|Picture size .* (is invalid|exceeds)|Video dimensions .* exceed", re.I),
        SourceTooLarge,
        "The picture has more pixels than are taken.",
    ),
    (
        re.compile("max_streams|streams? .*exceed", re.I),
        SourceTooLarge,
        "The file holds more streams than are taken.",
    ),
    # After those two, which FFmpeg reports as a lack of memory as well.
    (
        re.compile("Cannot allocate memory|Out of memory"),
        SourceTooLarge,
        "The video needs more memory than one job may use.",
    ),
    (
        re.compile("not on whitelist", re.I),
        SourceTypeUnsupported,
        "The content is of a kind that is not taken.",
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
_SENDERS = (SourceTooLarge, SourceTypeUnsupported, SourceTruncated, SourceUnreadable)


def judge(
    exit_code: int, error_lines: Sequence[str], *, cpu_limit_reached: bool, reads_source: bool
) -> PipelineError:
    """The error of a run that failed. Where no stranger's file was read, the sender is never blamed."""
    if exit_code == launcher.FAILED and (told := _launch_failure(error_lines)):
        return MediaToolFailed(f"FFmpeg was not started, because it could not be confined. {told}")
    if cpu_limit_reached or exit_code == -signal.SIGXCPU:
        fault: PipelineError = SourceTooLarge("The video needs more processor time than one job may use.")
    elif exit_code == -signal.SIGXFSZ:
        fault = SourceTooLarge("The video makes a larger file than one job may write.")
    else:
        fault = _read(exit_code, error_lines)
    if isinstance(fault, _SENDERS) and not reads_source:
        return MediaToolFailed(f"FFmpeg failed on a file of our own making. {fault}")
    return fault


def disk_full(error_lines: Sequence[str]) -> ScratchFull | None:
    """The fault of a last write, which FFmpeg reports and then ends with exit code 0."""
    full = any(_DISK_FULL.search(line) for line in error_lines)
    return ScratchFull(_DISK_FULL_SENTENCE) if full else None


def cut_short(error_lines: Sequence[str]) -> SourceTruncated | None:
    """The fault that Matroska's reader only speaks of, and ends well."""
    telling = next((line for line in error_lines if _CUT_SHORT.search(line)), None)
    if telling is None:
        return None
    return SourceTruncated(
        f"The file is cut short: it ends in the middle of its content. FFmpeg says: {_plain(telling)}"
    )


def _launch_failure(error_lines: Sequence[str]) -> str:
    return next((line for line in error_lines if line.startswith(launcher.COMPLAINT)), "")


def _read(exit_code: int, error_lines: Sequence[str]) -> PipelineError:
    for sign, kind, sentence in _SIGNS:
        if telling := next((line for line in error_lines if sign.search(line)), None):
            return kind(f"{sentence} FFmpeg says: {_plain(telling)}")
    how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
    last = next((line for line in reversed(error_lines) if line.strip()), "")
    return MediaToolFailed(f"FFmpeg {how}." + (f" It says: {_plain(last)}" if last else ""))


def _plain(line: str) -> str:
    """The line without scratch paths and without the address of the part that speaks."""
    return _PATH.sub("the file", _SPEAKER.sub("", line.strip()))[:300]

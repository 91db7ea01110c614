"""Validation of a source: ffprobe describes it, then every packet is read to find truncation."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from adapters.ffmpeg.commands import encode
from adapters.ffmpeg.commands.input_options import flat, local_file, source_options
from adapters.ffmpeg.inspect import mp4_boxes
from adapters.ffmpeg.inspect.ffprobe_report import (
    Report,
    check_running_time,
    parse_report,
    picture_of,
    running_time_us,
    sound_of,
)
from adapters.ffmpeg.run.faults import cut_short
from adapters.ffmpeg.run.report import RunStats
from adapters.ffmpeg.run.runner import Job, Runner
from adapters.ffmpeg.settings import MIB, MediaLimits
from domain.attempts.progress import ProgressReporter
from domain.errors import SourceEmpty, SourceTruncated, SourceUnreadable
from domain.media.source import PictureStream, SourceMedia

# Largest difference between the stated and the read running time at which the stated one is used.
_STATED_TOLERANCE_US = 250_000
# AVI states its frame count, so a file that ends between two frames is detected as truncated.
_AVI_TOLERANCE_US = 1_000_000
# Usual cost: 0.1 s of processor time for a small file, about 1 s for each gigabyte. The limits are a few
# times that, so that a hostile file can't use much.
_DESCRIBE_CPU_S = 4
_PROBE_CPU_S = 5
_BYTES_PER_CPU_S = 64 * MIB
_CUT_SHORT = "The file is cut short: it ends in the middle of its content."


def describe(
    path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter, *, reads_source: bool
) -> Report:
    """Runs ffprobe, under the same limits as every other reader, and parses its report."""
    report, _ = _describe(path, limits, runner, progress, reads_source=reads_source)
    return report


def _describe(
    path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter, *, reads_source: bool
) -> tuple[Report, RunStats]:
    argv = (
        *("ffprobe", "-hide_banner", "-v", "error"),
        *flat(source_options(limits)),
        *("-show_format", "-show_streams", "-of", "json"),
        *("-i", local_file(path)),
    )
    strict = runner.for_reading(_DESCRIBE_CPU_S)
    stats, text = strict.run(Job(argv, path.parent, reads_source=reads_source), progress)
    return parse_report(text), stats


def probe(source_path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter) -> SourceMedia:
    """Every value that the pipeline needs. Raises a `SenderError` with the reason of a refusal."""
    size_bytes = source_path.stat().st_size
    if size_bytes == 0:
        raise SourceEmpty("The file is empty.")
    try:
        report, description_run = _describe(source_path, limits, runner, progress, reads_source=True)
    except SourceTruncated as error:
        # For any content under a name that ends in .mp4, ffprobe reports a missing MP4 index.
        if "moov" in str(error) and not mp4_boxes.starts_with_a_box(source_path):
            raise SourceUnreadable("The file can't be read as a video.") from error
        raise
    except SourceUnreadable as error:
        # Truncated inside the index at the end of the file.
        if mp4_boxes.starts_with_a_box(source_path) and mp4_boxes.ends_inside_a_box(source_path):
            raise SourceTruncated(_CUT_SHORT) from error
        raise
    picture, sound = picture_of(report, limits), sound_of(report)
    stated_us = running_time_us(report, [stream.index for stream in (picture, sound) if stream])
    check_running_time(stated_us, limits)
    # A preliminary running time: the real one is not known before the file has been read.
    media = SourceMedia(report.container, stated_us or 1, size_bytes, picture, sound)
    cpu_left_s = _PROBE_CPU_S + size_bytes // _BYTES_PER_CPU_S - math.ceil(description_run.cpu_s)
    duration_us = _read_to_the_end(
        source_path, media, stated_us, limits, runner.for_reading(cpu_left_s), progress
    )
    return replace(media, duration_us=duration_us)


def _read_to_the_end(
    source_path: Path,
    media: SourceMedia,
    stated_us: int,
    limits: MediaLimits,
    runner: Runner,
    progress: ProgressReporter,
) -> int:
    """Running time, found by reading every packet."""
    argv = encode.demux_whole(source_path, media, limits)
    stats, _ = runner.run(Job(argv, source_path.parent, duration_us=stated_us), progress)
    check_running_time(stats.position_us, limits)
    if fault := cut_short(stats.error_lines):
        raise fault
    if "mp4" in media.container.split(",") and mp4_boxes.ends_inside_a_box(source_path):
        raise SourceTruncated(_CUT_SHORT)
    if media.container == "avi" and stated_us - stats.position_us > _AVI_TOLERANCE_US:
        raise SourceTruncated(_CUT_SHORT)
    duration_us = _duration_us(stated_us, stats.position_us, media.picture)
    if duration_us <= 0 or stats.frames == 0:
        raise SourceUnreadable("The file holds no picture that can be read.")
    return duration_us


def _duration_us(stated_us: int, read_us: int, picture: PictureStream) -> int:
    """Stated running time, which is exact, if the read one is close to it; else the read one.

    The read running time ends at a decoding time, so it can differ by some frames.
    """
    frames_us = round(3_000_000 / picture.frame_rate.fraction)
    tolerance_us = max(_STATED_TOLERANCE_US, min(frames_us, 10 * _STATED_TOLERANCE_US))
    return stated_us if stated_us and abs(stated_us - read_us) <= tolerance_us else read_us

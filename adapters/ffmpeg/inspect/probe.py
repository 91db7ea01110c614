"""Whether a source is taken, and what it is: described by ffprobe, then read to its end."""

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

# How far the running time that the file states may lie from what was read before it is not believed.
_BELIEVED_WITHIN_US = 250_000
# An AVI's header counts its frames, so a file that ends between two of them is still found out.
_AVI_MAY_LACK_US = 1_000_000
# A verdict on a small file takes a tenth of a second of processor time. Whoever sends one that takes more
# is given little; reading a gigabyte takes about a second, and is given a few times that.
_DESCRIBING_CPU_S = 4
_PROBE_CPU_S = 5
_BYTES_FOR_A_CPU_S = 64 * MIB
_CUT_SHORT = "The file is cut short: it ends in the middle of its content."


def describe(
    path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter, *, reads_source: bool
) -> Report:
    """ffprobe's report, under the same limits as every other reader."""
    report, _ = _described(path, limits, runner, progress, reads_source=reads_source)
    return report


def _described(
    path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter, *, reads_source: bool
) -> tuple[Report, RunStats]:
    argv = (
        *("ffprobe", "-hide_banner", "-v", "error"),
        *flat(source_options(limits)),
        *("-show_format", "-show_streams", "-of", "json"),
        *("-i", local_file(path)),
    )
    strict = runner.for_reading(_DESCRIBING_CPU_S)
    stats, text = strict.run(Job(argv, path.parent, reads_source=reads_source), progress)
    return parse_report(text), stats


def probe(source_path: Path, limits: MediaLimits, runner: Runner, progress: ProgressReporter) -> SourceMedia:
    """Every value that the pipeline needs, or the `SenderError` that says why the file is refused."""
    size_bytes = source_path.stat().st_size
    if size_bytes == 0:
        raise SourceEmpty("The file is empty.")
    try:
        report, described = _described(source_path, limits, runner, progress, reads_source=True)
    except SourceTruncated as error:
        # A name that ends in .mp4 is enough for ffprobe to miss an MP4's index in any text.
        if "moov" in str(error) and not mp4_boxes.starts_with_a_box(source_path):
            raise SourceUnreadable("The file can't be read as a video.") from error
        raise
    except SourceUnreadable as error:
        # Cut in the middle of the index that stands at its end.
        if mp4_boxes.starts_with_a_box(source_path) and mp4_boxes.ends_inside_a_box(source_path):
            raise SourceTruncated(_CUT_SHORT) from error
        raise
    picture, sound = picture_of(report, limits), sound_of(report)
    stated_us = running_time_us(report, [stream.index for stream in (picture, sound) if stream])
    check_running_time(stated_us, limits)
    # A stand-in for the running time, which is not known before the file has been read.
    media = SourceMedia(report.container, stated_us or 1, size_bytes, picture, sound)
    cpu_left_s = _PROBE_CPU_S + size_bytes // _BYTES_FOR_A_CPU_S - math.ceil(described.cpu_s)
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
    """The running time, once every packet has been seen."""
    argv = encode.demux_whole(source_path, media, limits)
    stats, _ = runner.run(Job(argv, source_path.parent, duration_us=stated_us), progress)
    check_running_time(stats.position_us, limits)
    if fault := cut_short(stats.error_lines):
        raise fault
    if "mp4" in media.container.split(",") and mp4_boxes.ends_inside_a_box(source_path):
        raise SourceTruncated(_CUT_SHORT)
    if media.container == "avi" and stated_us - stats.position_us > _AVI_MAY_LACK_US:
        raise SourceTruncated(_CUT_SHORT)
    duration_us = _settled(stated_us, stats.position_us, media.picture)
    if duration_us <= 0 or stats.frames == 0:
        raise SourceUnreadable("The file holds no picture that can be read.")
    return duration_us


def _settled(stated_us: int, read_us: int, picture: PictureStream) -> int:
    """What the file states, which is exact, where reading bears it out; reading ends on a decoding time."""
    frames_us = round(3_000_000 / picture.frame_rate.fraction)
    believed_within_us = max(_BELIEVED_WITHIN_US, min(frames_us, 10 * _BELIEVED_WITHIN_US))
    return stated_us if stated_us and abs(stated_us - read_us) <= believed_within_us else read_us

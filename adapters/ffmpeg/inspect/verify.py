"""Checks of FFmpeg's output: size, streams, frames and running time. Exit code 0 does not prove them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from adapters.ffmpeg.commands.encode import SPEECH_RATE_HZ
from adapters.ffmpeg.inspect.ffprobe_report import (
    Report,
    picture_of,
    running_time_us,
    seconds,
    sound_of,
    subtitle_count,
)
from adapters.ffmpeg.settings import MediaLimits
from domain.errors import ArtifactMismatch, SenderError
from domain.media.chunks import FrameIndex
from domain.media.source import PictureStream, SoundStream

_AAC_FRAME_SAMPLES = 1024
# The length of the last frame at a variable rate is the encoder's guess.
_VARIABLE_RATE_SLACK_US = 500_000
_ROUNDING_US = 20_000
# Covers one tick of the joined file's clock and the rounding of the chunk list to microseconds.
_BORDER_SLACK = Fraction(1, 1000)


def check_video(
    report: Report,
    *,
    duration_us: int,
    picture: PictureStream,
    sound: SoundStream | None,
    size: tuple[int, int],
    subtitles: int,
) -> None:
    """Raise `ArtifactMismatch` unless the report has the expected size, streams and running time."""
    try:
        made, made_sound = picture_of(report, MediaLimits()), sound_of(report)
    except SenderError as error:
        raise ArtifactMismatch(f"The video that was made can't be read: {error}") from error
    if (made.width, made.height) != size:
        raise ArtifactMismatch(
            f"The video has {made.width}x{made.height} pixels instead of {size[0]}x{size[1]}."
        )
    if (made_sound is None) != (sound is None):
        raise ArtifactMismatch("The video has lost its sound." if sound else "The video has gained sound.")
    if subtitle_count(report) != subtitles:
        raise ArtifactMismatch(
            f"The video has {subtitle_count(report)} subtitle tracks instead of {subtitles}."
        )
    made_us = running_time_us(report, [stream.index for stream in (made, made_sound) if stream])
    if abs(made_us - duration_us) > tolerance_us(picture, sound):
        raise ArtifactMismatch(
            f"The video runs {made_us / 1_000_000:.3f} s instead of {duration_us / 1_000_000:.3f} s."
        )


def check_speech(pcm_path: Path, samples: int) -> None:
    """Raise `ArtifactMismatch` unless the sound has exactly two bytes for each sample."""
    size_bytes = pcm_path.stat().st_size
    if size_bytes != 2 * samples:
        made_s, wanted_s = size_bytes / 2 / SPEECH_RATE_HZ, samples / SPEECH_RATE_HZ
        raise ArtifactMismatch(f"The sound runs {made_s:.3f} s instead of {wanted_s:.3f} s.")


def tolerance_us(picture: PictureStream, sound: SoundStream | None) -> int:
    """Allowed difference of running times: one frame of picture and one of sound, plus rounding."""
    frame_us = round(1_000_000 / picture.frame_rate.fraction)
    sound_us = round(_AAC_FRAME_SAMPLES * 1_000_000 / sound.sample_rate_hz) if sound else 0
    slack_us = 0 if picture.constant_frame_rate else _VARIABLE_RATE_SLACK_US
    return frame_us + sound_us + slack_us + _ROUNDING_US


def check_frames(report: Report, frames: int, size: tuple[int, int]) -> None:
    """Raise `ArtifactMismatch` unless the picture has this size and exactly so many frames."""
    pictures = [stream for stream in report.streams if stream.get("codec_type") == "video"]
    made = [(stream.get("width"), stream.get("height"), str(stream.get("nb_frames"))) for stream in pictures]
    if made != [(*size, str(frames))]:
        raise ArtifactMismatch(
            f"The picture that was made (width, height, frames) is {made} instead of {[(*size, frames)]}."
        )


def check_lag(
    report: Report, picture: PictureStream, sound: SoundStream | None, source_lag_us: int | None
) -> None:
    """Raise `ArtifactMismatch` unless sound and picture end as far from each other as in the source."""
    if sound is None or source_lag_us is None:
        return
    made_us = lag_us(report, 0, 1)
    if made_us is None or abs(made_us - source_lag_us) > tolerance_us(picture, sound):
        raise ArtifactMismatch(
            f"The sound ends {made_us} us after the picture instead of {source_lag_us} us."
        )


def check_borders(made: FrameIndex, frames: Sequence[int], starts: Sequence[Fraction]) -> None:
    """Raise `ArtifactMismatch` unless each chunk's first frame is where the chunk starts."""
    base = made.clock.time_base.fraction
    first = made.pts[0]
    before = 0
    for number, (count, start) in enumerate(zip(frames, starts, strict=True)):
        found = (made.pts[before] - first) * base
        if abs(found - start) > _BORDER_SLACK:
            raise ArtifactMismatch(
                f"Chunk {number} of the joined video starts at {float(found):.6f} s"
                f" instead of {float(start):.6f} s."
            )
        before += count


def lag_us(report: Report, picture_index: int, sound_index: int) -> int | None:
    """Time from the picture's end to the sound's end; None where the file does not state both."""
    ends = [
        seconds(report.streams[index], "start_time") + length
        for index in (picture_index, sound_index)
        if (length := seconds(report.streams[index], "duration"))
    ]
    return round((ends[1] - ends[0]) * 1_000_000) if len(ends) == 2 else None
